// SPDX-License-Identifier: MIT
#include "tests/auto/trial.h"

#include <QRandomGenerator>
#include <qcorotimer.h>

using namespace Qt::StringLiterals;

namespace nextchat::autotest {

namespace {

constexpr std::chrono::seconds patience{15};
constexpr std::chrono::milliseconds pollInterval{5};

} // namespace

Trial::Trial(const QUrl &url, const QString &prefix, TokenSource tokens, Report &report)
    : m_url(url)
    , m_prefix(prefix % u'-' % QString::number(QRandomGenerator::global()->generate64(), 36))
    , m_tokens(std::move(tokens))
    , m_report(report)
{ }

QCoro::Task<Member *> Trial::connect(QString name)
{
    auto member = std::make_unique<Member>(m_url, QString(m_prefix % u'-' % name), m_tokens);
    Member *connected = member.get();
    m_members.push_back(std::move(member));
    const auto started = co_await connected->client.start();
    co_return succeeded(started, u"connect as " % name) ? connected : nullptr;
}

QString Trial::newGroupId()
{
    return m_prefix % u"-g" % QString::number(QRandomGenerator::global()->generate(), 36);
}

QCoro::Task<QString> Trial::newGroup(std::vector<Member *> members)
{
    const QString groupId = newGroupId();
    for (Member *member : members) {
        if (!check(member != nullptr, u"a member is missing"_s))
            co_return QString();
    }
    if (!succeeded(co_await members.front()->client.createGroup(groupId), u"CreateGroup"_s))
        co_return QString();
    for (Member *member : members) {
        const auto joined = co_await member->client.joinGroup(groupId);
        if (!succeeded(joined, u"JoinGroup"_s)
            || !check(*joined == chat::GroupJoinResult::Ok, u"JoinGroup: no room"_s))
            co_return QString();
    }
    co_return groupId;
}

QCoro::Task<bool> Trial::until(std::function<bool()> condition, QString what)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition() && std::chrono::steady_clock::now() < deadline)
        co_await QCoro::sleepFor(pollInterval);
    co_return check(condition(), u"did not happen within 15 s: " % what);
}

QCoro::Task<bool> Trial::fill(Member *member, QString groupId, int count)
{
    for (int i = 1; i <= count; ++i) {
        if (!succeeded(co_await member->client.sendMessage(groupId, u'm' % QString::number(i)),
                       u"SendMessage"_s))
            co_return false;
    }
    co_return true;
}

QCoro::Task<> Trial::end()
{
    for (const auto &member : m_members)
        co_await member->client.stop();
}

bool Trial::check(bool holds, const QString &what)
{
    if (!holds)
        m_report.fail(what);
    return holds;
}

bool Trial::endsWith(const QString &text, const QString &end, const QString &what)
{
    return check(text.endsWith(end), what % u": got `" % text % u"`, expected `" % end % u'`');
}

} // namespace nextchat::autotest
