// SPDX-License-Identifier: MIT
#include "tests/auto/scenarios.h"

using namespace Qt::StringLiterals;

namespace nextchat::autotest {

namespace {

QStringList numbered(int first, int last)
{
    QStringList texts;
    for (int i = first; i <= last; ++i)
        texts.append(u'm' % QString::number(i));
    return texts;
}

QCoro::Task<> historyIsReadInPages(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty() || !co_await trial.fill(ann, groupId, 25))
        co_return;
    const auto newest = co_await ann->client.getHistory(groupId, std::nullopt, 10);
    if (!trial.succeeded(newest, u"GetHistory"_s))
        co_return;
    if (!trial.compare(textsOf(newest->messages), numbered(16, 25), u"the newest page"_s))
        co_return;
    trial.check(newest->hasMore && newest->complete, u"the newest page: hasMore, complete"_s);
    const auto oldest = co_await ann->client.getHistory(groupId, newest->messages.first().seq, 200);
    if (!trial.succeeded(oldest, u"GetHistory before"_s))
        co_return;
    trial.compare(textsOf(oldest->messages), numbered(1, 15), u"the rest"_s);
    trial.check(!oldest->hasMore, u"there is more than all"_s);
}

QCoro::Task<> historyHasWhatWasDelivered(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty())
        co_return;
    trial.succeeded(co_await ann->client.postMessage(groupId, u"a"_s, u"id"_s), u"PostMessage"_s);
    // Accepted means: in every later history (P3).
    const auto page = co_await ann->client.getHistory(groupId, std::nullopt, 10);
    if (!trial.succeeded(page, u"GetHistory"_s))
        co_return;
    if (!co_await trial.until([ann] { return ann->messages.size() == 1; }, u"the message"_s))
        co_return;
    trial.check(page->messages == ann->messages, u"history and delivery differ"_s);
}

// Parts of words, in any script, without regard to case; never as a pattern.
QCoro::Task<> historyIsSearched(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    const QString otherId = co_await trial.newGroup(members(ben));
    if (groupId.isEmpty() || otherId.isEmpty())
        co_return;
    const QStringList texts{u"Straße"_s,   u"ЖУРНАЛ 1"_s, u"100% a_b\\c"_s,
                            u"журнал 2"_s, u"ΟΔΟΣ"_s,     u"Журнал 3"_s};
    for (const QString &text : texts)
        trial.succeeded(co_await ann->client.sendMessage(groupId, text), u"SendMessage"_s);
    trial.succeeded(co_await ben->client.sendMessage(otherId, u"журнал"_s), u"SendMessage"_s);
    const std::vector<std::pair<QString, QStringList>> searches{{u"УРНА"_s, {texts[1], texts[3], texts[5]}},
                                                                {u"STRASSE"_s, {texts[0]}},
                                                                {u"οδος"_s, {texts[4]}},
                                                                {u"0% a_B"_s, {texts[2]}},
                                                                {u"%%"_s, {}},
                                                                {u"__"_s, {}},
                                                                {u"B\\c"_s, {texts[2]}}};
    for (const auto &[text, expected] : searches) {
        const auto found = co_await ann->client.searchHistory(groupId, text, std::nullopt, 50);
        if (!trial.succeeded(found, u"SearchHistory"_s))
            co_return;
        trial.compare(textsOf(found->messages), expected, u"what has "_s + text);
        trial.check(!found->hasMore && !found->nextBeforeSeq, u"there is more than all"_s);
    }
    const auto first = co_await ann->client.searchHistory(groupId, u"журнал"_s, std::nullopt, 2);
    if (!trial.succeeded(first, u"SearchHistory"_s)
        || !trial.check(first->hasMore && first->nextBeforeSeq, u"hasMore, nextBeforeSeq"_s))
        co_return;
    trial.compare(textsOf(first->messages), QStringList{texts[3], texts[5]}, u"the newest two"_s);
    const auto rest = co_await ann->client.searchHistory(groupId, u"журнал"_s, first->nextBeforeSeq, 2);
    if (trial.succeeded(rest, u"SearchHistory"_s))
        trial.compare(textsOf(rest->messages), QStringList{texts[1]}, u"the rest"_s);
}

QCoro::Task<> resumingGivesWhatWasMissed(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    Member *ben = co_await trial.connect(u"ben"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty() || !ben || !co_await trial.fill(ann, groupId, 5))
        co_return;
    const auto known = co_await ann->client.getHistory(groupId, std::nullopt, 5);
    if (!trial.succeeded(known, u"GetHistory"_s)
        || !trial.check(known->messages.size() == 5, u"5 messages"_s))
        co_return;
    const chat::Message &second = known->messages[1];
    const auto resumed = co_await ben->client.resumeGroup(groupId, second.epoch, second.seq);
    if (!trial.succeeded(resumed, u"ResumeGroup"_s))
        co_return;
    trial.check(resumed->result == chat::GroupJoinResult::Ok && resumed->recovered && !resumed->hasMore,
                u"result, recovered, hasMore"_s);
    trial.compare(textsOf(resumed->messages), numbered(3, 5), u"what was missed"_s);
    const auto unknown = co_await ben->client.resumeGroup(groupId, u"no-such-epoch"_s, second.seq);
    if (trial.succeeded(unknown, u"ResumeGroup of an unknown epoch"_s)) {
        trial.check(!unknown->recovered, u"an unknown epoch was recovered"_s);
        trial.compare(textsOf(unknown->messages), numbered(1, 5), u"the newest page"_s);
        trial.compare(unknown->epoch, second.epoch, u"the epoch"_s);
    }
    const auto ahead = co_await ben->client.resumeGroup(groupId, second.epoch, second.seq + 1000);
    if (trial.succeeded(ahead, u"ResumeGroup ahead"_s))
        trial.check(!ahead->recovered, u"a position above the counter was recovered"_s);
}

QCoro::Task<> historyIsStreamed(Trial &trial)
{
    Member *ann = co_await trial.connect(u"ann"_s);
    const QString groupId = co_await trial.newGroup(members(ann));
    if (groupId.isEmpty() || !co_await trial.fill(ann, groupId, 60))
        co_return;
    QList<chat::Message> all;
    const auto whole = co_await ann->client.streamHistory(groupId, 0, [&all](chat::Message message) {
        all.append(std::move(message));
        return true;
    });
    if (!trial.succeeded(whole, u"StreamHistory"_s)
        || !trial.compare(textsOf(all), numbered(1, 60), u"the stream"_s))
        co_return;
    QList<chat::Message> some;
    const auto part = co_await ann->client.streamHistory(groupId, all[9].seq, [&some](chat::Message message) {
        some.append(std::move(message));
        return some.size() < 5;
    });
    trial.compare(textsOf(some), numbered(11, 15), u"a stream that was ended early"_s);
    trial.check(part.has_value() || part.error().code == Error::Code::Cancelled,
                u"ending a stream early is an error"_s);
    trial.succeeded(co_await ann->client.listMembers(groupId), u"a call after it"_s);
}

constexpr Scenario scenarios[] = {
    {"history is read in pages", historyIsReadInPages},
    {"history has what was delivered", historyHasWhatWasDelivered},
    {"history is searched", historyIsSearched},
    {"resuming gives what was missed", resumingGivesWhatWasMissed},
    {"history is streamed", historyIsStreamed},
};

} // namespace

std::span<const Scenario> historyScenarios()
{
    return scenarios;
}

} // namespace nextchat::autotest
