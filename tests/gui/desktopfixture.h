// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/view/desktop.h"
#include "common/chat/chatclient.h"
#include "tests/support/serverprocess.h"

#include <QTemporaryDir>

#include <memory>

namespace nextchat::test {

constexpr int longest = 30'000; // ms, for what a loaded machine does late

// A running desktop client with folders of its own. Needs a QApplication; main thread.
class DesktopFixture
{
public:
    using MakeKeyring = std::function<std::unique_ptr<desktop::Keyring>()>;

    explicit DesktopFixture(const QString &folder, MakeKeyring makeKeyring = {});
    ~DesktopFixture();
    DesktopFixture(const DesktopFixture &) = delete;
    DesktopFixture &operator=(const DesktopFixture &) = delete;

    [[nodiscard]] desktop::Desktop &desktop() { return *m_desktop; }
    [[nodiscard]] desktop::MainWindow &window() { return *m_desktop->window(); }
    [[nodiscard]] desktop::Session &session() { return *m_desktop->session(); }
    [[nodiscard]] desktop::ConversationPage &page() { return window().page(); }
    [[nodiscard]] const desktop::MessageList *messages(); // of the shown conversation; null: none

    void start(const QUrl &url, const QString &user); // with a window
    [[nodiscard]] bool enter(const QString &groupId); // creates, joins and shows a group; waits for it
    void type(const QString &text); // into the composer, and Enter
    [[nodiscard]] QStringList texts(); // that are shown
    void end(); // of the program; restart() begins it again
    void restart(); // as if the program ended and began again, with the same folders
    void restart(const desktop::SavedServer &server); // likewise; waits for no window

private:
    void begin();

    const MakeKeyring m_makeKeyring;
    const QString m_folder;
    std::unique_ptr<desktop::Desktop> m_desktop;
    QUrl m_url;
    QString m_user;
};

// Of the tests of one user's window: a server, and ann, who is in `group` there.
class OneDesktop : public QObject
{
protected:
    // `serverArguments`: of nextchat-server, e.g. {"--set", "limits.callsPerSecond=0"}.
    void begin(const QStringList &serverArguments = {});
    void end();

    const QString group = QStringLiteral("lobby");
    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<DesktopFixture> m_ann;
};

// Lets the test function fail on any warning but those by which the offscreen platform says what it lacks,
// where QT_FATAL_WARNINGS would end the program.
void failOnWarnings();

// Somebody else: connects, creates and joins the group. Null when that fails in 20 s.
[[nodiscard]] std::unique_ptr<chat::ChatClient> somebody(const QUrl &url, const QString &name,
                                                         const QString &groupId);

// Says something and waits until it is accepted.
[[nodiscard]] bool say(chat::ChatClient &who, const QString &groupId, const QString &text);

} // namespace nextchat::test
