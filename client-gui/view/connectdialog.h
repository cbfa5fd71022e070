// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/settings.h"
#include "common/support/expected.h"

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>

#include <optional>

namespace nextchat::desktop {

// What a user typed as the address of a server, made whole: `chat.example` is http://chat.example/next-chat.
[[nodiscard]] Expected<QUrl> serverUrl(const QString &typed);

// What to say of a token that is somebody else's; empty when it may be the user's.
[[nodiscard]] QString tokenProblem(const QString &token, const QString &user);

// Asks where to connect, and as whom. Stays open while that is tried. Main thread; `settings` must outlive
// it.
class ConnectDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ConnectDialog(const Settings &settings, QWidget *parent = nullptr);

    void readServers(); // the saved ones; the last used is shown
    void setServer(const SavedServer &server);
    void fillIn(const SavedServer &wanted); // with an address or a name alone, or neither
    void showTrying();
    void showProblem(const QString &sentence);
    void askForToken(const QString &sentence); // and says why

Q_SIGNALS:
    void connectWanted(const nextchat::desktop::SavedServer &server, const QString &token);
    void forgetWanted(const nextchat::desktop::SavedServer &server); // the user has been asked

private:
    void build();
    void makeFields();
    void submit();
    void fillUser(int index);
    void fillUserFromToken();

    void askToForget();
    void updateForget();
    [[nodiscard]] std::optional<SavedServer> shownSaved() const;

    const Settings &m_settings;
    QList<SavedServer> m_saved;
    QComboBox *m_url = nullptr;
    QLineEdit *m_user = nullptr;
    QLineEdit *m_token = nullptr;
    QLabel *m_problem = nullptr;
    QPushButton *m_connect = nullptr;
    QToolButton *m_forget = nullptr;
};

} // namespace nextchat::desktop
