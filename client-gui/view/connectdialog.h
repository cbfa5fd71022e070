// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/settings.h"
#include "common/support/expected.h"

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace nextchat::desktop {

// What a user typed as the address of a server, made whole: `chat.example` is http://chat.example/next-chat.
[[nodiscard]] Expected<QUrl> serverUrl(const QString &typed);

// Asks where to connect, and as whom. Stays open while that is tried. Main thread; `settings` must outlive
// it.
class ConnectDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ConnectDialog(const Settings &settings, QWidget *parent = nullptr);

    void setServer(const SavedServer &server);
    void showTrying();
    void showProblem(const QString &sentence);

Q_SIGNALS:
    void connectWanted(const nextchat::desktop::SavedServer &server, const QString &token);

private:
    void build();
    void submit();
    void fillUser(int index);

    QList<SavedServer> m_saved;
    QComboBox *m_url = nullptr;
    QLineEdit *m_user = nullptr;
    QLineEdit *m_token = nullptr;
    QLabel *m_problem = nullptr;
    QPushButton *m_connect = nullptr;
};

} // namespace nextchat::desktop
