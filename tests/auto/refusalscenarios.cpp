// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "tests/auto/scenarios.h"

using namespace Qt::StringLiterals;

namespace nextchat::autotest {

namespace {

using signalr::Value;
using Array = Value::Array;
namespace texts = chat::texts;

// A list made outside of any coroutine: g++ 12 mistreats braced lists in an expression that waits.
template <typename... Values> Array list(const Values &...values)
{
    Array all;
    (all.emplace_back(values), ...);
    return all;
}

// The methods that name a group, with arguments behind it that are right.
struct GroupMethod
{
    QString name;
    Array rest;
    bool requiresMembership = true;
};

std::vector<GroupMethod> groupMethods()
{
    return {{u"JoinGroup"_s, {}, false},
            {u"SendMessage"_s, {u"text"_s}},
            {u"PostMessage"_s, {u"text"_s, u"id"_s}},
            {u"GetHistory"_s, {nullptr, 10}},
            {u"SearchHistory"_s, {u"text"_s, nullptr, 10}},
            {u"ResumeGroup"_s, {u"epoch"_s, 0}, false},
            {u"ListMembers"_s, {}},
            {u"Watch"_s, {true}},
            {u"Typing"_s, {}}};
}

Array arguments(const Value &groupId, const Array &rest)
{
    Array all{groupId};
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

QCoro::Task<> unknownGroups(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    if (!ann)
        co_return;
    const QString groupId = trial.newGroupId();
    for (const GroupMethod &method : groupMethods()) {
        trial.endsWith(co_await ann->refusalOf(method.name, arguments(groupId, method.rest)),
                       texts::unknownGroup(groupId), method.name);
    }
    trial.endsWith(co_await ann->streamRefusalOf(u"StreamHistory"_s, list(groupId, 0)),
                   texts::unknownGroup(groupId), u"StreamHistory"_s);
}

QCoro::Task<> strangers(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty() || !ben)
        co_return;
    for (const GroupMethod &method : groupMethods()) {
        if (method.requiresMembership) {
            trial.endsWith(co_await ben->refusalOf(method.name, arguments(groupId, method.rest)),
                           texts::notMember(groupId), method.name);
        }
    }
    trial.endsWith(co_await ben->streamRefusalOf(u"StreamHistory"_s, list(groupId, 0)),
                   texts::notMember(groupId), u"StreamHistory"_s);
}

QCoro::Task<> badGroupIds(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    if (!ann)
        co_return;
    const Array bad{nullptr, u""_s, u" x"_s, u"x "_s, u"a\nb"_s, QString(65, u'x')};
    std::vector<GroupMethod> methods = groupMethods();
    methods.push_back({u"CreateGroup"_s, {}});
    methods.push_back({u"LeaveGroup"_s, {}});
    // Fewer calls than the burst of limits.callsPerSecond.
    for (const GroupMethod &method : methods) {
        for (const Value &groupId : bad) {
            trial.endsWith(co_await ann->refusalOf(method.name, arguments(groupId, method.rest)),
                           texts::badGroupId(), method.name);
        }
    }
}

QCoro::Task<> badTexts(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty())
        co_return;
    const Array bad{nullptr, u""_s, u" \n\t"_s, QString(4097, u'x')};
    for (const Value &text : bad) {
        trial.endsWith(co_await ann->refusalOf(u"SendMessage"_s, list(groupId, text)), texts::badText(),
                       u"SendMessage"_s);
    }
    const Array badIds{nullptr, u""_s, QString(65, u'x')};
    for (const Value &id : badIds) {
        trial.endsWith(co_await ann->refusalOf(u"PostMessage"_s, list(groupId, u"t"_s, id)),
                       texts::badClientMessageId(), u"PostMessage"_s);
    }
    trial.succeeded(co_await ann->client.sendMessage(groupId, u"good"_s), u"SendMessage"_s);
    co_await trial.until([ann] { return ann->messages.size() == 1; }, u"the good message alone"_s);
}

QCoro::Task<> badLimits(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty())
        co_return;
    const QList<int> limits{0, -1, 201};
    for (const int limit : limits) {
        trial.endsWith(co_await ann->refusalOf(u"GetHistory"_s, list(groupId, nullptr, limit)),
                       texts::badRange(u"limit", 1, 200), u"GetHistory"_s);
        trial.endsWith(co_await ann->refusalOf(u"FindGroups"_s, list(groupId, nullptr, limit)),
                       texts::badRange(u"limit", 1, 200), u"FindGroups"_s);
    }
}

QCoro::Task<> badSearches(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty())
        co_return;
    const QString method = u"SearchHistory"_s;
    const Array badTexts{nullptr, u""_s, u"x"_s, QString(65, u'x')};
    for (const Value &text : badTexts) {
        trial.endsWith(co_await ann->refusalOf(method, list(groupId, text, nullptr, 10)),
                       texts::badSearchText(), method);
    }
    const QList<int> badLimits{0, -1, 51};
    for (const int limit : badLimits) {
        trial.endsWith(co_await ann->refusalOf(method, list(groupId, u"text"_s, nullptr, limit)),
                       texts::badRange(u"limit", 1, 50), method);
    }
    trial.endsWith(co_await ann->refusalOf(method, list(groupId, u"text"_s, -1, 10)),
                   texts::badRange(u"position", 0, (qint64(1) << 53) - 1), method);
}

std::vector<Array> wrongArguments()
{
    return {list(), list(u"g"_s, 1), list(5), list(Array())};
}

QCoro::Task<> wrongCalls(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    if (!ann)
        co_return;
    const auto refusal = [](const QString &method) {
        return QString(u"Failed to invoke '" % method % u"' due to an error on the server.");
    };
    const QString unknown = u"NoSuchMethod"_s;
    trial.compare(co_await ann->refusalOf(unknown, list()),
                  QString(refusal(unknown) % u" HubException: Method does not exist."),
                  u"an unknown method"_s);
    const QString join = u"JoinGroup"_s;
    const std::vector<Array> wrongs = wrongArguments();
    for (const Array &wrong : wrongs) {
        const QString said = co_await ann->refusalOf(join, wrong);
        trial.check(said.startsWith(refusal(join)), u"wrong arguments: got `" % said % u'`');
    }
    trial.succeeded(co_await ann->client.listGroups(), u"a call after them"_s);
}

constexpr Scenario scenarios[] = {
    {"unknown groups are refused", unknownGroups},
    {"who is not in a group is refused", strangers},
    {"bad group ids are refused", badGroupIds},
    {"bad texts and client message ids are refused", badTexts},
    {"limits out of range are refused", badLimits},
    {"bad searches are refused", badSearches},
    {"unknown methods and wrong arguments are refused", wrongCalls},
};

} // namespace

std::span<const Scenario> refusalScenarios()
{
    return scenarios;
}

} // namespace nextchat::autotest
