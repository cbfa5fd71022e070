// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "tests/auto/scenarios.h"

using namespace Qt::StringLiterals;

namespace nextchat::autotest {

namespace {

constexpr qsizetype messagesOfASender = 40; // below the burst of limits.callsPerSecond

QCoro::Task<> messagesReachEveryMember(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    Member *carl = co_await trial.connect(u"carl"_s);
    const QString groupId = co_await trial.newGroup(members(ann, ben));
    if (groupId.isEmpty() || !carl)
        co_return;
    const auto before = std::chrono::system_clock::now();
    trial.succeeded(co_await ann->client.sendMessage(groupId, u"Hello"_s), u"SendMessage"_s);
    const std::vector<Member *> both{ann, ben};
    for (const Member *member : both) {
        if (!co_await trial.until([member] { return member->messages.size() == 1; }, u"the message"_s))
            co_return;
        const chat::Message &message = member->messages.first();
        trial.compare(message.groupId, groupId, u"groupId"_s);
        trial.compare(message.authorId, ann->userId, u"authorId"_s);
        trial.compare(message.text, u"Hello"_s, u"text"_s);
        trial.check(message.clientMessageId.isNull(), u"a clientMessageId that nobody gave"_s);
        trial.check(message.seq > 0 && !message.epoch.isEmpty(), u"seq or epoch is missing"_s);
        const auto off = std::chrono::abs(message.sendTime - before);
        trial.check(off < std::chrono::minutes(10), u"sendTime is far from this machine's clock"_s);
    }
    trial.check(ann->messages == ben->messages, u"two members got different messages"_s);
    trial.succeeded(co_await carl->client.listGroups(), u"ListGroups"_s);
    trial.check(carl->messages.isEmpty(), u"who is not in the group got its message"_s);
}

QCoro::Task<> postingAgainGivesTheSameReceipt(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann, ben));
    if (groupId.isEmpty())
        co_return;
    const QString id = u"the-id"_s;
    const auto receipt = co_await ann->client.postMessage(groupId, u"once"_s, id);
    const auto again = co_await ann->client.postMessage(groupId, u"once"_s, id);
    if (!trial.succeeded(receipt, u"PostMessage"_s) || !trial.succeeded(again, u"PostMessage again"_s))
        co_return;
    trial.check(*receipt == *again, u"the receipts differ"_s);
    const auto other = co_await ann->client.postMessage(groupId, u"twice"_s, id);
    if (trial.check(!other, u"the same id was accepted for another text"_s))
        trial.endsWith(other.error().message, chat::texts::clientMessageIdReused(), u"the refusal"_s);
    const auto bens = co_await ben->client.postMessage(groupId, u"of Ben"_s, id);
    trial.succeeded(bens, u"the same id of another sender"_s);
    if (!co_await trial.until([ben] { return ben->messages.size() >= 2; }, u"two messages"_s))
        co_return;
    trial.compare(textsOf(ben->messages), (QStringList{u"once"_s, u"of Ben"_s}), u"the messages"_s);
    trial.compare(ben->messages.first().seq, receipt->seq, u"the seq of message and receipt"_s);
    trial.compare(ben->messages.first().clientMessageId, id, u"clientMessageId"_s);
}

QCoro::Task<> receiptsAreGivenAgainAfterLeaving(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann, ben));
    if (groupId.isEmpty())
        co_return;
    const auto receipt = co_await ann->client.postMessage(groupId, u"once"_s, u"the-id"_s);
    const auto left = co_await ann->client.leaveGroup(groupId);
    if (!trial.succeeded(receipt, u"PostMessage"_s) || !trial.succeeded(left, u"LeaveGroup"_s))
        co_return;
    const auto again = co_await ann->client.postMessage(groupId, u"once"_s, u"the-id"_s);
    if (trial.succeeded(again, u"PostMessage after leaving"_s))
        trial.check(*receipt == *again, u"the receipts differ"_s);
    const auto fresh = co_await ann->client.postMessage(groupId, u"once"_s, u"another-id"_s);
    if (trial.check(!fresh, u"a message was accepted of who is not in the group"_s))
        trial.endsWith(fresh.error().message, chat::texts::notMember(groupId), u"the refusal"_s);
}

QCoro::Task<> theLongestTextsArrive(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty())
        co_return;
    const QString emoji = u"\U0001F600"_s;
    const QStringList texts{QString(4096, u'x'), emoji.repeated(2048), QString(4096, QChar(0x4e2d)),
                            u"\"\\\n\u2028\u0001<&>"_s.repeated(500).left(4096)};
    for (const QString &text : texts)
        trial.succeeded(co_await ann->client.sendMessage(groupId, text), u"SendMessage"_s);
    if (co_await trial.until([&] { return ann->messages.size() == texts.size(); }, u"all messages"_s))
        trial.check(textsOf(ann->messages) == texts, u"a text came back changed"_s);
}

QCoro::Task<> sendAll(Member *sender, QString groupId, int *accepted)
{
    for (int i = 0; i < messagesOfASender; ++i) {
        const auto sent = co_await sender->client.sendMessage(groupId, QString::number(i));
        *accepted += sent ? 1 : 0;
    }
}

// P1, over several connections at once.
QCoro::Task<> everybodySeesOneOrder(Trial &trial)
{
    std::vector<Member *> members;
    for (int i = 0; i < 8; ++i)
        members.push_back(co_await trial.connect(u"user"_s % QString::number(i)));
    const QString groupId = co_await trial.newGroup(members);
    if (groupId.isEmpty())
        co_return;
    int accepted = 0;
    std::vector<QCoro::Task<>> sending;
    for (std::size_t i = 0; i < 4; ++i)
        sending.push_back(sendAll(members[i], groupId, &accepted));
    for (const auto &task : sending)
        co_await task;
    trial.compare(accepted, 4 * messagesOfASender, u"accepted messages"_s);
    for (const Member *member : members) {
        if (!co_await trial.until([&] { return member->messages.size() >= accepted; }, u"all messages"_s))
            co_return;
        trial.check(member->messages == members.front()->messages,
                    u"another order, or other messages: " % member->userId);
    }
    const QList<chat::Message> &first = members.front()->messages;
    for (qsizetype i = 1; i < first.size(); ++i) {
        const bool dense = first[i].epoch != first[i - 1].epoch ? first[i].seq > first[i - 1].seq
                                                                : first[i].seq == first[i - 1].seq + 1;
        trial.check(dense, u"seq is not dense at " % QString::number(first[i].seq));
        trial.check(first[i].sendTime >= first[i - 1].sendTime, u"sendTime went back"_s);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        int next = 0;
        for (const chat::Message &message : first) {
            if (message.authorId == members[i]->userId)
                trial.compare(message.text, QString::number(next++), u"the order of one sender"_s);
        }
    }
}

QCoro::Task<> theOutboxDelivers(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty())
        co_return;
    QStringList texts;
    for (int i = 0; i < 20; ++i) {
        texts.append(QString::number(i));
        trial.succeeded(ann->client.post(groupId, texts.last()), u"post"_s);
    }
    const auto done = [&] {
        return ann->client.outbox().items().isEmpty() && ann->messages.size() >= texts.size();
    };
    if (co_await trial.until(done, u"the outbox is empty, and all came back"_s))
        trial.compare(textsOf(ann->messages), texts, u"the messages"_s);
}

constexpr Scenario scenarios[] = {
    {"messages reach every member, and nobody else", messagesReachEveryMember},
    {"posting again gives the same receipt and no second message", postingAgainGivesTheSameReceipt},
    {"a receipt is given again after leaving", receiptsAreGivenAgainAfterLeaving},
    {"the longest texts arrive as they were sent", theLongestTextsArrive},
    {"everybody sees one order, without a gap", everybodySeesOneOrder},
    {"the outbox delivers in order", theOutboxDelivers},
};

} // namespace

std::span<const Scenario> messageScenarios()
{
    return scenarios;
}

} // namespace nextchat::autotest
