// SPDX-License-Identifier: MIT
#include "common/chat/types.h"

#include "common/signalr/isotime.h"

#include <array>

namespace nextchat::signalr {

using namespace nextchat::chat;

namespace {

template <typename T> Value::Member member(const QString &name, const T &value)
{
    return {name, Convert<T>::to(value)};
}

template <typename... Members> Value record(Members &&...members)
{
    Value::Record record;
    record.members.reserve(sizeof...(members));
    (record.members.push_back(std::forward<Members>(members)), ...);
    return record;
}

// Reads the members of a shape. One that is missing or of another type spoils the whole.
class Reader
{
public:
    explicit Reader(const Value &value)
        : m_value(value)
    { }

    template <typename T> Reader &read(QStringView name, T &into)
    {
        const Value *value = m_value.member(name);
        if (!value || (std::same_as<T, QString> && value->isNull()))
            m_good = false;
        else
            convert(*value, into);
        return *this;
    }

    // A member that may be null, and that some serialisers leave out then.
    template <typename T> Reader &readNullable(QStringView name, T &into)
    {
        if (const Value *value = m_value.member(name))
            convert(*value, into);
        return *this;
    }

    template <typename T> [[nodiscard]] std::optional<T> result(T &&value) const
    {
        return m_good ? std::optional<T>(std::forward<T>(value)) : std::nullopt;
    }

private:
    template <typename T> void convert(const Value &value, T &into)
    {
        std::optional<T> converted = Convert<T>::from(value);
        if (converted)
            into = std::move(*converted);
        else
            m_good = false;
    }

    const Value &m_value;
    bool m_good = true;
};

const std::array<QString, 2> joinResultNames{QStringLiteral("Ok"), QStringLiteral("NoRoom")};

// MessagePack's DateTimeOffset: the clock time at the place, as if it were UTC, and the offset in minutes.
std::optional<Timestamp> fromOffsetPair(const Value::Array &pair)
{
    if (pair.size() != 2)
        return std::nullopt;
    const auto *clock = pair[0].get<Timestamp>();
    const auto *offset = pair[1].get<qint64>();
    constexpr std::chrono::minutes most = std::chrono::hours(14);
    if (!clock || !offset || *offset < -most.count() || *offset > most.count())
        return std::nullopt;
    if (*clock < Timestamp::min() + most || *clock > Timestamp::max() - most)
        return std::nullopt; // no such time could be expressed
    return *clock - std::chrono::minutes(*offset);
}

} // namespace

std::optional<Timestamp> Convert<Timestamp>::from(const Value &value)
{
    if (const auto *time = value.get<Timestamp>())
        return *time;
    if (const auto *text = value.get<QString>())
        return isotime::read(*text);
    if (const auto *pair = value.get<Value::Array>())
        return fromOffsetPair(*pair);
    return std::nullopt;
}

Value Convert<Timestamp>::to(const Timestamp &value)
{
    return value;
}

std::optional<Group> Convert<Group>::from(const Value &value)
{
    Group group;
    return Reader(value).read(u"groupId", group.groupId).result(std::move(group));
}

Value Convert<Group>::to(const Group &group)
{
    return record(member(QStringLiteral("groupId"), group.groupId));
}

std::optional<Message> Convert<Message>::from(const Value &value)
{
    Message message;
    return Reader(value)
        .read(u"groupId", message.groupId)
        .read(u"authorId", message.authorId)
        .read(u"text", message.text)
        .read(u"sendTime", message.sendTime)
        .read(u"seq", message.seq)
        .read(u"epoch", message.epoch)
        .readNullable(u"clientMessageId", message.clientMessageId)
        .result(std::move(message));
}

Value Convert<Message>::to(const Message &message)
{
    return record(member(QStringLiteral("groupId"), message.groupId),
                  member(QStringLiteral("authorId"), message.authorId),
                  member(QStringLiteral("text"), message.text),
                  member(QStringLiteral("sendTime"), message.sendTime),
                  member(QStringLiteral("seq"), message.seq), member(QStringLiteral("epoch"), message.epoch),
                  member(QStringLiteral("clientMessageId"), message.clientMessageId));
}

std::optional<MessageReceipt> Convert<MessageReceipt>::from(const Value &value)
{
    MessageReceipt receipt;
    return Reader(value)
        .read(u"groupId", receipt.groupId)
        .read(u"seq", receipt.seq)
        .read(u"epoch", receipt.epoch)
        .read(u"sendTime", receipt.sendTime)
        .result(std::move(receipt));
}

Value Convert<MessageReceipt>::to(const MessageReceipt &receipt)
{
    return record(member(QStringLiteral("groupId"), receipt.groupId),
                  member(QStringLiteral("seq"), receipt.seq), member(QStringLiteral("epoch"), receipt.epoch),
                  member(QStringLiteral("sendTime"), receipt.sendTime));
}

std::optional<HistoryPage> Convert<HistoryPage>::from(const Value &value)
{
    HistoryPage page;
    return Reader(value)
        .read(u"messages", page.messages)
        .read(u"hasMore", page.hasMore)
        .read(u"complete", page.complete)
        .result(std::move(page));
}

Value Convert<HistoryPage>::to(const HistoryPage &page)
{
    return record(member(QStringLiteral("messages"), page.messages),
                  member(QStringLiteral("hasMore"), page.hasMore),
                  member(QStringLiteral("complete"), page.complete));
}

std::optional<SearchPage> Convert<SearchPage>::from(const Value &value)
{
    SearchPage page;
    return Reader(value)
        .read(u"messages", page.messages)
        .read(u"hasMore", page.hasMore)
        .readNullable(u"nextBeforeSeq", page.nextBeforeSeq)
        .result(std::move(page));
}

Value Convert<SearchPage>::to(const SearchPage &page)
{
    return record(member(QStringLiteral("messages"), page.messages),
                  member(QStringLiteral("hasMore"), page.hasMore),
                  member(QStringLiteral("nextBeforeSeq"), page.nextBeforeSeq));
}

std::optional<GroupJoinResult> Convert<GroupJoinResult>::from(const Value &value)
{
    qint64 number = -1;
    if (const auto *held = value.get<qint64>()) {
        number = *held;
    } else if (const auto *enumerator = value.get<Enumerator>()) {
        number = enumerator->number;
    } else if (const auto *name = value.get<QString>()) {
        const auto found =
            std::find_if(joinResultNames.begin(), joinResultNames.end(), [name](const QString &candidate) {
                return candidate.compare(*name, Qt::CaseInsensitive) == 0;
            });
        if (found != joinResultNames.end())
            number = found - joinResultNames.begin();
    }
    if (number < 0 || number >= static_cast<qint64>(joinResultNames.size()))
        return std::nullopt;
    return static_cast<GroupJoinResult>(number);
}

Value Convert<GroupJoinResult>::to(const GroupJoinResult &result)
{
    const int number = static_cast<int>(result);
    return Enumerator{number, joinResultNames.at(static_cast<std::size_t>(number))};
}

std::optional<ResumeResult> Convert<ResumeResult>::from(const Value &value)
{
    ResumeResult result;
    return Reader(value)
        .read(u"result", result.result)
        .read(u"recovered", result.recovered)
        .read(u"complete", result.complete)
        .read(u"hasMore", result.hasMore)
        .read(u"epoch", result.epoch)
        .read(u"messages", result.messages)
        .result(std::move(result));
}

Value Convert<ResumeResult>::to(const ResumeResult &result)
{
    return record(member(QStringLiteral("result"), result.result),
                  member(QStringLiteral("recovered"), result.recovered),
                  member(QStringLiteral("complete"), result.complete),
                  member(QStringLiteral("hasMore"), result.hasMore),
                  member(QStringLiteral("epoch"), result.epoch),
                  member(QStringLiteral("messages"), result.messages));
}

} // namespace nextchat::signalr
