// SPDX-License-Identifier: MIT
#pragma once

#include "tests/auto/member.h"
#include "tests/auto/report.h"

#include <QDebug>
#include <QUrl>

#include <memory>
#include <vector>

namespace nextchat::autotest {

// One scenario's way to the server: members and groups that nobody else uses, and checks that go into the
// report. Main thread.
class Trial
{
public:
    // Names begin with `prefix` and a random run id, so that runs against one server do not meet.
    Trial(const QUrl &url, const QString &prefix, TokenSource tokens, Report &report);

    // A connection of the user of this name; again the same user for the same name.
    [[nodiscard]] QCoro::Task<Member *> connect(QString name); // null, and a failure, when it can't
    [[nodiscard]] QString newGroupId();
    // A group that exists, with these members in it. Empty, and a failure, when something went wrong.
    [[nodiscard]] QCoro::Task<QString> newGroup(std::vector<Member *> members);
    // Waits for `condition`; false, and a failure that names `what`, when it does not hold within 15 s.
    QCoro::Task<bool> until(std::function<bool()> condition, QString what);
    // `count` messages m1, m2, ... from this member. False, and a failure, when one was refused.
    [[nodiscard]] QCoro::Task<bool> fill(Member *member, QString groupId, int count);
    // Ends all connections.
    [[nodiscard]] QCoro::Task<> end();

    bool check(bool holds, const QString &what);
    bool endsWith(const QString &text, const QString &end, const QString &what);

    template <typename T, typename U> bool compare(const T &actual, const U &expected, const QString &what)
    {
        if (actual == expected)
            return true;
        m_report.fail(what % u": got " % shown(actual) % u", expected " % shown(expected));
        return false;
    }

    template <typename T> bool succeeded(const Expected<T> &result, const QString &what)
    {
        return check(result.has_value(), result ? QString() : QString(what % u": " % result.error().message));
    }

private:
    template <typename T> static QString shown(const T &value)
    {
        QString text;
        QDebug(&text).noquote().nospace() << value;
        return text.size() > 300 ? QString(text.left(300) % u"...") : text;
    }

    QUrl m_url;
    QString m_prefix;
    TokenSource m_tokens;
    Report &m_report;
    std::vector<std::unique_ptr<Member>> m_members;
};

// A list made outside of any coroutine: g++ 12 mistreats braced lists in an expression that waits.
template <typename... Members> [[nodiscard]] std::vector<Member *> members(Members *...each)
{
    return {each...};
}

} // namespace nextchat::autotest
