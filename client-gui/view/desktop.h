// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/tokenstore.h"
#include "client-gui/view/connectdialog.h"
#include "client-gui/view/mainwindow.h"
#include "client-gui/view/notifier.h"

#include <memory>

namespace nextchat::desktop {

struct DesktopPaths
{
    QString settingsFile;
    QString dataFolder; // of the accounts
};

// The program: from the question where to connect to a session and its window, and back. Main thread.
class Desktop : public QObject
{
    Q_OBJECT

public:
    // `keyring` null: tokens are known until the program ends.
    explicit Desktop(const DesktopPaths &paths, std::unique_ptr<Keyring> keyring = nullptr,
                     QObject *parent = nullptr);
    ~Desktop() override;

    void ask(); // where to connect, and as whom
    void askAbout(const SavedServer &wanted); // likewise; what is known of it is filled in
    // With a window at once. The token, if there is one, is not kept.
    void connectTo(const SavedServer &server, const QString &token);

    [[nodiscard]] Settings &settings() { return m_settings; }
    [[nodiscard]] MainWindow *window() const { return m_window.get(); }
    [[nodiscard]] Session *session() const { return m_session.get(); }
    [[nodiscard]] ConnectDialog *dialog() const { return m_dialog.get(); }

Q_SIGNALS:
    void quitWanted();

private:
    [[nodiscard]] bool begin(const SavedServer &server); // false: open elsewhere
    void start(const QString &token); // empty: with the one that is kept, if any
    void keepToken();
    void forget(const SavedServer &server);
    [[nodiscard]] bool isUnauthorized() const;
    void tryFromDialog(const SavedServer &server, const QString &token);
    void follow(); // the connection that is tried
    void showWindow();
    void notify(const QString &groupId, const QList<chat::Message> &messages);
    void windowClosed();
    void endSession();

    const DesktopPaths m_paths;
    Settings m_settings;
    TokenStore m_tokens;
    QString m_typedToken; // to be kept when the server has accepted it
    Appearance m_appearance;
    Notifier m_notifier;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<ConnectDialog> m_dialog;
};

} // namespace nextchat::desktop
