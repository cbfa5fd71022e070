// SPDX-License-Identifier: MIT
#include "tests/auto/scenarios.h"

#include <QElapsedTimer>

using namespace Qt::StringLiterals;

namespace nextchat::autotest {

namespace {

// What the member heard of a group, in order: "+ben", "-ben", "~ben".
class Presence
{
public:
    Presence(Member *member, const QString &groupId)
    {
        using chat::ChatClient;
        const auto keep = [this, groupId](QChar what) {
            return [this, groupId, what](const QString &group, const QString &userId) {
                if (group == groupId)
                    heard.append(what + userId);
            };
        };
        QObject::connect(&member->client, &ChatClient::memberJoined, &m_context, keep(u'+'));
        QObject::connect(&member->client, &ChatClient::memberLeft, &m_context, keep(u'-'));
        QObject::connect(&member->client, &ChatClient::memberTyping, &m_context, keep(u'~'));
    }

    QStringList heard;

private:
    QObject m_context;
};

QCoro::Task<bool> watching(Trial &trial, Member *member, QString groupId, bool on = true)
{
    const auto watched = co_await member->client.watch(groupId, on);
    co_return trial.succeeded(watched, u"Watch"_s);
}

QCoro::Task<> watchersHearWhoComesGoesAndTypes(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty() || !ben || !co_await watching(trial, ann, groupId))
        co_return;
    Presence presence(ann, groupId);
    trial.succeeded(co_await ben->client.joinGroup(groupId), u"JoinGroup"_s);
    trial.succeeded(co_await ben->client.typing(groupId), u"Typing"_s);
    co_await trial.until([&] { return presence.heard.contains(u'~' % ben->userId); }, u"OnTyping"_s);
    trial.succeeded(co_await ben->client.leaveGroup(groupId), u"LeaveGroup"_s);
    co_await trial.until([&] { return presence.heard.size() >= 3; }, u"OnMemberLeft"_s);
    trial.compare(presence.heard, (QStringList{u'+' % ben->userId, u'~' % ben->userId, u'-' % ben->userId}),
                  u"what the watcher heard"_s);
}

QCoro::Task<> usersComeAndGoOnce(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    Member *again = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty() || !ben || !again || !co_await watching(trial, ann, groupId))
        co_return;
    Presence presence(ann, groupId);
    for (Member *member : {ben, again})
        trial.succeeded(co_await member->client.joinGroup(groupId), u"JoinGroup"_s);
    for (Member *member : {ben, again})
        trial.succeeded(co_await member->client.leaveGroup(groupId), u"LeaveGroup"_s);
    co_await trial.until([&] { return presence.heard.contains(u'-' % ben->userId); }, u"OnMemberLeft"_s);
    trial.compare(presence.heard, (QStringList{u'+' % ben->userId, u'-' % ben->userId}),
                  u"what the watcher heard"_s);
}

QCoro::Task<> nobodyHearsOfHimself(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *again = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann, again, ben));
    if (groupId.isEmpty())
        co_return;
    for (Member *member : {ann, again, ben}) {
        if (!co_await watching(trial, member, groupId))
            co_return;
    }
    Presence own(ann, groupId);
    Presence others(again, groupId);
    trial.succeeded(co_await ann->client.typing(groupId), u"Typing"_s);
    trial.succeeded(co_await ben->client.typing(groupId), u"Typing"_s);
    co_await trial.until([&] { return !own.heard.isEmpty() && !others.heard.isEmpty(); }, u"OnTyping"_s);
    for (const Presence *presence : {&own, &others})
        trial.compare(presence->heard, QStringList{u'~' % ben->userId}, u"what the user heard"_s);
}

QCoro::Task<> typingGoesOutOnceASecond(Trial &trial)
{
    constexpr int calls = 40; // fewer than the burst of limits.callsPerSecond
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    Member *again = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann, ben, again));
    if (groupId.isEmpty() || !co_await watching(trial, ann, groupId))
        co_return;
    Presence presence(ann, groupId);
    QElapsedTimer time;
    time.start();
    for (int i = 0; i < calls; ++i) {
        Member *typist = i % 2 == 0 ? ben : again;
        trial.succeeded(co_await typist->client.typing(groupId), u"Typing"_s);
    }
    co_await trial.until([&] { return !presence.heard.isEmpty(); }, u"OnTyping"_s);
    trial.succeeded(co_await ann->client.listGroups(), u"ListGroups"_s); // what was sent before is here
    // One at once, and one for each second that this took.
    const qint64 most = 2 + time.elapsed() / 1000;
    trial.check(presence.heard.size() <= most,
                u"OnTyping came " % QString::number(presence.heard.size()) % u" times in "
                    % QString::number(time.elapsed()) % u" ms");
}

QCoro::Task<> watchingEnds(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    Member *carl = co_await trial.connect(u"carl"_s);
    const QString groupId = co_await trial.newGroup(members(ann, ben, carl));
    if (groupId.isEmpty())
        co_return;
    for (Member *member : {ann, ben, carl}) {
        if (!co_await watching(trial, member, groupId))
            co_return;
    }
    Presence off(ann, groupId);
    Presence left(ben, groupId);
    Presence stays(carl, groupId);
    if (!co_await watching(trial, ann, groupId, false))
        co_return;
    trial.succeeded(co_await ben->client.leaveGroup(groupId), u"LeaveGroup"_s);
    trial.succeeded(co_await ben->client.joinGroup(groupId), u"JoinGroup"_s); // begins without
    trial.succeeded(co_await ann->client.leaveGroup(groupId), u"LeaveGroup"_s);
    co_await trial.until([&] { return stays.heard.contains(u'-' % ann->userId); }, u"OnMemberLeft"_s);
    for (Member *member : {ann, ben})
        trial.succeeded(co_await member->client.listGroups(), u"ListGroups"_s);
    trial.compare(off.heard, QStringList(), u"what was heard after Watch off"_s);
    trial.compare(left.heard, QStringList(), u"what was heard after leaving"_s);
}

constexpr Scenario scenarios[] = {
    {"watchers hear who comes, goes and types", watchersHearWhoComesGoesAndTypes},
    {"users come and go once, however many connections", usersComeAndGoOnce},
    {"nobody hears of himself", nobodyHearsOfHimself},
    {"typing goes out once a second", typingGoesOutOnceASecond},
    {"watching ends when it is off, and with leaving", watchingEnds},
};

} // namespace

std::span<const Scenario> presenceScenarios()
{
    return scenarios;
}

} // namespace nextchat::autotest
