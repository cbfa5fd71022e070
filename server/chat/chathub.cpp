// SPDX-License-Identifier: MIT
#include "server/chat/chathub.h"

#include "common/chat/rules.h"
#include "server/chat/chaterrors.h"
#include "server/chat/chatlog.h"

namespace nextchat::chat {

namespace {

constexpr double secondsPerMinute = 60;
constexpr int burstFactor = 2; // contract.md 1.4: 50 a second, burst 100

QList<Group> toGroups(const QStringList &ids)
{
    QList<Group> groups;
    groups.reserve(ids.size());
    for (const QString &id : ids)
        groups.append({id});
    return groups;
}

// Gives up places of a connection that is over; its hub may be gone by the time of the answers.
QCoro::Task<> leaveAll(broker::MessageBroker &broker, std::vector<broker::Membership> memberships,
                       broker::LeaveReason reason)
{
    for (const broker::Membership &membership : memberships) {
        if (const auto left = co_await broker.leave(membership, reason); !left)
            qCWarning(chatLog, "a place could not be given up, it ends with its lease");
    }
}

} // namespace

ChatHub::ChatHub(ChatServices &services, signalr::HubConnectionContext &connection)
    : m_services(services)
    , m_connection(connection)
    , m_calls(services.options.callsPerSecond, burstFactor * services.options.callsPerSecond)
    , m_creates(services.options.createsPerMinute / secondsPerMinute, services.options.createsPerMinute)
{ }

ChatHub::~ChatHub() = default;

void ChatHub::registerMethods(signalr::HubMethods &methods)
{
    methods.add(QStringLiteral("CreateGroup"), &ChatHub::createGroup);
    methods.add(QStringLiteral("ListGroups"), &ChatHub::listGroups);
    methods.add(QStringLiteral("JoinGroup"), &ChatHub::joinGroup);
    methods.add(QStringLiteral("LeaveGroup"), &ChatHub::leaveGroup);
    methods.add(QStringLiteral("SendMessage"), &ChatHub::sendMessage);
    methods.add(QStringLiteral("PostMessage"), &ChatHub::postMessage);
    methods.add(QStringLiteral("GetHistory"), &ChatHub::getHistory);
    methods.add(QStringLiteral("SearchHistory"), &ChatHub::searchHistory);
    methods.add(QStringLiteral("ResumeGroup"), &ChatHub::resumeGroup);
    methods.add(QStringLiteral("StreamHistory"), &ChatHub::streamHistory);
    methods.add(QStringLiteral("ListMembers"), &ChatHub::listMembers);
    methods.add(QStringLiteral("FindGroups"), &ChatHub::findGroups);
    methods.add(QStringLiteral("Watch"), &ChatHub::watch);
    methods.add(QStringLiteral("Typing"), &ChatHub::typing);
}

void ChatHub::disconnected(signalr::DisconnectReason reason)
{
    m_ended = true;
    std::vector<broker::Membership> memberships;
    for (const auto &[groupId, member] : m_groups)
        memberships.push_back(member->membership);
    m_groups.clear();
    if (!memberships.empty()) {
        leaveAll(m_services.broker, std::move(memberships),
                 reason == signalr::DisconnectReason::Ended ? broker::LeaveReason::Left
                                                            : broker::LeaveReason::Lost);
    }
}

Expected<void> ChatHub::admit(const QString &)
{
    if (m_calls.take())
        return {};
    return failure(Error::Code::LimitReached, texts::tooManyRequests());
}

QString ChatHub::describeUnforeseen(const QString &method, const std::exception &thrown)
{
    const TraceContext trace = m_connection.trace();
    const QString note = trace.isNone() ? QString() : u" (trace " % trace.traceId() % u')';
    return logUnforeseen(method % u" threw: " % QString::fromUtf8(thrown.what()) % note);
}

// --- groups ---

ChatHub::Call<void> ChatHub::createGroup(QString groupId)
{
    if (!isValidId(groupId))
        co_return failure(Error::Code::InvalidArgument, texts::badGroupId());
    if (!m_creates.take())
        co_return failure(Error::Code::LimitReached, texts::tooManyRequests());
    const auto created = co_await m_services.broker.createGroup(groupId);
    if (!created)
        co_return tl::unexpected(forCaller(created.error(), groupId));
    co_return {};
}

ChatHub::Call<QList<Group>> ChatHub::listGroups()
{
    const auto ids = co_await m_services.broker.groups({}, {}, 0);
    if (!ids)
        co_return tl::unexpected(forCaller(ids.error(), {}));
    co_return toGroups(*ids);
}

ChatHub::Call<QList<Group>> ChatHub::findGroups(QString prefix, QString after, int limit)
{
    usesExtensions();
    if (limit < 1 || limit > 200)
        co_return failure(Error::Code::InvalidArgument, texts::badRange(u"limit", 1, 200));
    if (prefix.size() > maximumIdLength || !prefix.isValidUtf16() || (!after.isNull() && !isValidId(after)))
        co_return failure(Error::Code::InvalidArgument, texts::badGroupId());
    const auto ids = co_await m_services.broker.groups(prefix, after, limit);
    if (!ids)
        co_return tl::unexpected(forCaller(ids.error(), {}));
    co_return toGroups(*ids);
}

ChatHub::Call<QStringList> ChatHub::listMembers(QString groupId)
{
    usesExtensions();
    if (const auto allowed = co_await requireMember(groupId); !allowed)
        co_return tl::unexpected(allowed.error());
    const auto members = co_await m_services.broker.members(groupId);
    if (!members)
        co_return tl::unexpected(forCaller(members.error(), groupId));
    co_return *members;
}

ChatHub::Call<void> ChatHub::requireMember(QString groupId)
{
    if (!isValidId(groupId))
        co_return failure(Error::Code::InvalidArgument, texts::badGroupId());
    if (m_groups.contains(groupId))
        co_return {};
    // Whoever is not in it is told whether there is such a group, as ListGroups would.
    const auto found = co_await m_services.broker.groups(groupId, {}, 1);
    if (!found)
        co_return tl::unexpected(forCaller(found.error(), groupId));
    const bool exists = !found->isEmpty() && found->front() == groupId;
    co_return failure(exists ? Error::Code::NotMember : Error::Code::NotFound,
                      exists ? texts::notMember(groupId) : texts::unknownGroup(groupId));
}

ChatHub::Call<void> ChatHub::leaveGroup(QString groupId)
{
    if (!isValidId(groupId))
        co_return failure(Error::Code::InvalidArgument, texts::badGroupId());
    const auto pass = co_await m_membership.enter();
    const auto found = m_groups.find(groupId);
    if (found == m_groups.end())
        co_return {};
    const broker::Membership membership = found->second->membership;
    m_groups.erase(found);
    const auto left = co_await m_services.broker.leave(membership, broker::LeaveReason::Left);
    if (!left)
        co_return tl::unexpected(forCaller(left.error(), groupId));
    co_return {};
}

// --- presence ---

ChatHub::Call<void> ChatHub::watch(QString groupId, bool on)
{
    usesExtensions();
    const auto pass = co_await m_membership.enter();
    if (const auto allowed = co_await requireMember(groupId); !allowed)
        co_return tl::unexpected(allowed.error());
    m_groups.at(groupId)->setWatching(on);
    if (!on)
        co_return {}; // nothing is sent any more, whenever the broker learns of it
    const auto settled = co_await m_services.audience.watchers().settled(groupId);
    if (!settled) {
        if (const auto member = m_groups.find(groupId); member != m_groups.end())
            member->second->setWatching(false);
        co_return tl::unexpected(forCaller(settled.error(), groupId));
    }
    co_return {};
}

ChatHub::Call<void> ChatHub::typing(QString groupId)
{
    usesExtensions();
    if (const auto allowed = co_await requireMember(groupId); !allowed)
        co_return tl::unexpected(allowed.error());
    if (!m_services.typing.take(groupId, m_connection.userId()))
        co_return {};
    const auto reported = co_await m_services.broker.reportTyping(groupId, m_connection.userId());
    if (!reported)
        co_return tl::unexpected(forCaller(reported.error(), groupId));
    co_return {};
}

// --- messages ---

ChatHub::Call<void> ChatHub::sendMessage(QString groupId, QString text)
{
    const auto receipt = co_await publish(groupId, text, {});
    if (!receipt)
        co_return tl::unexpected(receipt.error());
    co_return {};
}

ChatHub::Call<MessageReceipt> ChatHub::postMessage(QString groupId, QString text, QString clientMessageId)
{
    usesExtensions();
    if (!isValidClientMessageId(clientMessageId))
        co_return failure(Error::Code::InvalidArgument, texts::badClientMessageId());
    co_return co_await publish(groupId, text, clientMessageId);
}

ChatHub::Call<MessageReceipt> ChatHub::publish(QString groupId, QString text, QString clientMessageId)
{
    const TraceContext trace = m_connection.trace(); // before anything is waited for
    const bool isJoined = m_groups.contains(groupId);
    // Whoever sent a message that was accepted gets its receipt, even if the place is gone.
    const bool mayBeKnown = !isJoined && !clientMessageId.isNull() && isValidId(groupId) && isValidText(text);
    if (!mayBeKnown) {
        if (const auto allowed = co_await requireMember(groupId); !allowed)
            co_return tl::unexpected(allowed.error());
    }
    if (!isValidText(text))
        co_return failure(Error::Code::InvalidArgument, texts::badText());
    broker::PublishRequest request = {.groupId = groupId,
                                      .senderId = m_connection.userId(),
                                      .text = text,
                                      .clientMessageId = clientMessageId,
                                      .notAfter = std::chrono::steady_clock::now()
                                          + m_services.options.publishPatience,
                                      .isJoined = isJoined,
                                      .trace = trace};
    const auto receipt = co_await m_services.broker.publish(std::move(request));
    if (!receipt)
        co_return tl::unexpected(forSender(receipt.error(), groupId));
    co_return *receipt;
}

void ChatHub::usesExtensions()
{
    if (std::exchange(m_usesExtensions, true))
        return;
    for (const auto &[groupId, member] : m_groups)
        member->wantsEpochs = true;
}

} // namespace nextchat::chat
