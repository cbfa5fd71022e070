// SPDX-License-Identifier: MIT
#include "tests/auto/scenarios.h"

using namespace Qt::StringLiterals;

namespace nextchat::autotest {

namespace {

QStringList idsOf(const QList<chat::Group> &groups)
{
    QStringList ids;
    for (const chat::Group &group : groups)
        ids.append(group.groupId);
    return ids;
}

QCoro::Task<> groupsAreCreatedAndListed(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    if (!ann)
        co_return;
    const QString groupId = trial.newGroupId();
    trial.succeeded(co_await ann->client.createGroup(groupId), u"CreateGroup"_s);
    trial.succeeded(co_await ann->client.createGroup(groupId), u"CreateGroup of an existing group"_s);
    const auto groups = co_await ann->client.listGroups();
    if (!trial.succeeded(groups, u"ListGroups"_s))
        co_return;
    trial.compare(idsOf(*groups).count(groupId), 1, u"times in ListGroups"_s);
    const bool sorted = std::is_sorted(groups->begin(), groups->end(), [](const auto &a, const auto &b) {
        return a.groupId.toUtf8() < b.groupId.toUtf8();
    });
    trial.check(sorted, u"ListGroups is not sorted by bytes"_s);
}

QCoro::Task<> groupsAreFoundByPrefix(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    if (!ann)
        co_return;
    const QString prefix = trial.newGroupId();
    const QStringList ends{u"-c"_s, u"-a"_s, u"-b"_s};
    for (const QString &end : ends)
        trial.succeeded(co_await ann->client.createGroup(prefix % end), u"CreateGroup"_s);
    const auto first = co_await ann->client.findGroups(prefix, std::nullopt, 2);
    if (!trial.succeeded(first, u"FindGroups"_s))
        co_return;
    trial.compare(idsOf(*first), (QStringList{prefix % u"-a", prefix % u"-b"}), u"the first page"_s);
    const auto second = co_await ann->client.findGroups(prefix, prefix % u"-b", 2);
    if (trial.succeeded(second, u"FindGroups"_s))
        trial.compare(idsOf(*second), QStringList{prefix % u"-c"}, u"the second page"_s);
}

QCoro::Task<> joiningGivesTheHistoryFirst(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty() || !ben || !co_await trial.fill(ann, groupId, 3))
        co_return;
    const auto joined = co_await ben->client.joinGroup(groupId);
    if (!trial.succeeded(joined, u"JoinGroup"_s))
        co_return;
    if (trial.compare(ben->histories.size(), 1, u"histories before the call was completed"_s)) {
        trial.compare(textsOf(ben->histories.first()), (QStringList{u"m1"_s, u"m2"_s, u"m3"_s}),
                      u"the history"_s);
    }
}

QCoro::Task<> leavingEndsTheMessages(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann, ben));
    if (groupId.isEmpty())
        co_return;
    trial.succeeded(co_await ben->client.leaveGroup(groupId), u"LeaveGroup"_s);
    trial.succeeded(co_await ben->client.leaveGroup(groupId), u"LeaveGroup again"_s);
    trial.succeeded(co_await ann->client.sendMessage(groupId, u"gone?"_s), u"SendMessage"_s);
    if (!co_await trial.until([ann] { return ann->messages.size() == 1; }, u"the sender's own message"_s))
        co_return;
    trial.succeeded(co_await ben->client.listGroups(),
                    u"ListGroups"_s); // nothing overtakes its answer
    trial.check(ben->messages.isEmpty(), u"who left got a message"_s);
}

QCoro::Task<> membersAreUsersSorted(Trial &trial)
{
    Member *carl = co_await trial.connect(u"carl"_s);
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *again = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(carl, ann, again));
    if (groupId.isEmpty())
        co_return;
    const auto members = co_await carl->client.listMembers(groupId);
    if (trial.succeeded(members, u"ListMembers"_s))
        trial.compare(*members, (QStringList{ann->userId, carl->userId}), u"the members"_s);
    co_await ann->client.leaveGroup(groupId);
    const auto still = co_await carl->client.listMembers(groupId);
    if (trial.succeeded(still, u"ListMembers"_s))
        trial.compare(still->size(), 2, u"members, one connection of ann left"_s);
    co_await again->client.leaveGroup(groupId);
    const auto without = co_await carl->client.listMembers(groupId);
    if (trial.succeeded(without, u"ListMembers"_s))
        trial.compare(*without, QStringList{carl->userId}, u"the members without ann"_s);
}

constexpr Scenario scenarios[] = {
    {"groups are created and listed", groupsAreCreatedAndListed},
    {"groups are found by prefix, in pages", groupsAreFoundByPrefix},
    {"joining gives the history before it completes", joiningGivesTheHistoryFirst},
    {"leaving ends the messages", leavingEndsTheMessages},
    {"members are users, sorted", membersAreUsersSorted},
};

} // namespace

std::span<const Scenario> groupScenarios()
{
    return scenarios;
}

} // namespace nextchat::autotest
