// SPDX-License-Identifier: MIT
#include "client-gui/view/desktop.h"

#include "client-gui/model/errorwords.h"

#include <QApplication>
#include <QPointer>

namespace nextchat::desktop {

namespace {

QString tokenWanted(const QString &user)
{
    return Desktop::tr("This server wants a valid token of %1.").arg(user);
}

} // namespace

Desktop::Desktop(const DesktopPaths &paths, std::unique_ptr<Keyring> keyring, QObject *parent)
    : QObject(parent)
    , m_paths(paths)
    , m_settings(paths.settingsFile)
    , m_tokens(std::move(keyring))
    , m_appearance(m_settings)
    , m_notifier(m_settings)
{
    connect(&m_notifier, &Notifier::quitWanted, this, &Desktop::quitWanted);
    connect(&m_notifier, &Notifier::activated, this, [this](const QString &groupId) {
        if (!m_window)
            return;
        m_window->showFront();
        if (!groupId.isEmpty())
            m_window->open(groupId);
    });
}

Desktop::~Desktop()
{
    m_dialog.reset();
    m_window.reset();
    m_session.reset();
}

void Desktop::ask()
{
    std::optional<SavedServer> refused;
    if (isUnauthorized())
        refused = SavedServer{m_session->url(), m_session->user()};
    endSession();
    if (!m_dialog) {
        m_dialog = std::make_unique<ConnectDialog>(m_settings);
        connect(m_dialog.get(), &ConnectDialog::connectWanted, this, &Desktop::tryFromDialog);
        connect(m_dialog.get(), &ConnectDialog::forgetWanted, this, &Desktop::forget);
        connect(m_dialog.get(), &QDialog::rejected, this, &Desktop::quitWanted);
    }
    m_dialog->show();
    if (refused) {
        m_dialog->setServer(*refused);
        m_dialog->askForToken(tokenWanted(refused->user));
    }
}

void Desktop::askAbout(const SavedServer &wanted)
{
    ask();
    m_dialog->fillIn(wanted);
}

bool Desktop::begin(const SavedServer &server)
{
    endSession();
    m_session = std::make_unique<Session>(
        SessionOptions{.url = server.url, .user = server.user, .dataFolder = m_paths.dataFolder});
    if (!m_session->isOurs()) {
        m_session.reset();
        return false;
    }
    connect(m_session.get(), &Session::arrived, this, &Desktop::notify);
    connect(&m_session->conversations(), &ConversationList::unreadChanged, this,
            [this] { m_notifier.setUnread(m_session->conversations().unread()); });
    // Later: the session must not end in its own signal.
    connect(m_session.get(), &Session::linkChanged, this, &Desktop::follow, Qt::QueuedConnection);
    return true;
}

void Desktop::start(const QString &token)
{
    const SavedServer server{m_session->url(), m_session->user()};
    if (!token.isEmpty() || !m_settings.wantsToken(server)) {
        m_session->start(token);
        return;
    }
    m_tokens.find(server, [session = QPointer(m_session.get())](const QString &kept) {
        if (session)
            session->start(kept);
    });
}

void Desktop::tryFromDialog(const SavedServer &server, const QString &token)
{
    if (!begin(server)) {
        m_dialog->showProblem(tr("%1 is already open in another window.").arg(server.user));
        return;
    }
    m_dialog->showTrying();
    m_typedToken = token;
    start(token);
}

void Desktop::follow()
{
    if (!m_session)
        return;
    const auto link = m_session->link();
    if (link == Session::Link::Online)
        keepToken();
    if (m_window && isUnauthorized() && !m_session->wasOnline())
        ask();
    if (m_window || !m_dialog || !m_session)
        return;
    const bool failed = link == Session::Link::Waiting || link == Session::Link::Stopped;
    const bool hasContent = m_session->conversations().rowCount() > 0;
    if (link == Session::Link::Online || (link == Session::Link::Waiting && hasContent)) {
        showWindow();
    } else if (failed) {
        const QString why = m_session->problem() ? inOwnWords(m_session->problem()->message) : QString();
        if (!isUnauthorized())
            m_dialog->showProblem(why);
        else
            m_dialog->askForToken(m_typedToken.isEmpty() ? tokenWanted(m_session->user()) : why);
        endSession();
    }
}

bool Desktop::isUnauthorized() const
{
    return m_session && m_session->link() == Session::Link::Stopped && m_session->problem()
        && m_session->problem()->code == Error::Code::Unauthorized;
}

void Desktop::keepToken()
{
    if (m_typedToken.isEmpty())
        return;
    const SavedServer server{m_session->url(), m_session->user()};
    m_settings.setWantsToken(server);
    m_tokens.keep(server, std::exchange(m_typedToken, {}));
}

void Desktop::forget(const SavedServer &server)
{
    endSession();
    if (!LocalCache::erase(m_paths.dataFolder, server.url, server.user)) {
        m_dialog->showProblem(tr("%1 is already open in another window.").arg(server.user));
        return;
    }
    m_tokens.forget(server);
    m_settings.forgetServer(server);
    m_dialog->readServers();
}

void Desktop::connectTo(const SavedServer &server, const QString &token)
{
    if (const QString problem = tokenProblem(token, server.user); !problem.isEmpty()) {
        ask();
        m_dialog->setServer(server);
        m_dialog->askForToken(problem);
        return;
    }
    if (!begin(server)) {
        ask();
        m_dialog->setServer(server);
        m_dialog->showProblem(tr("%1 is already open in another window.").arg(server.user));
        return;
    }
    showWindow();
    start(token);
}

void Desktop::showWindow()
{
    m_settings.rememberServer({m_session->url(), m_session->user()});
    m_window = std::make_unique<MainWindow>(*m_session, m_settings, m_appearance);
    connect(m_window.get(), &MainWindow::closed, this, &Desktop::windowClosed);
    connect(m_window.get(), &MainWindow::quitWanted, this, &Desktop::quitWanted);
    connect(m_window.get(), &MainWindow::otherAccountWanted, this, &Desktop::ask, Qt::QueuedConnection);
    connect(m_window.get(), &MainWindow::activationChanged, this, [this] {
        if (m_window->isActiveWindow())
            m_notifier.withdraw(m_window->current());
    });
    if (m_dialog) {
        m_dialog->hide();
        m_dialog.release()->deleteLater();
    }
    m_window->show();
}

void Desktop::notify(const QString &groupId, const QList<chat::Message> &messages)
{
    const Conversation *conversation = m_session->conversation(groupId);
    if (!conversation)
        return;
    const bool lookedAt = m_window && m_window->isActiveWindow() && m_window->current() == groupId;
    const auto notification = notificationFor(*conversation, messages,
                                              {.wanted = m_settings.notifies(),
                                               .doNotDisturb = m_settings.doNotDisturb(),
                                               .withText = m_settings.notifiesText(),
                                               .isLookedAt = lookedAt});
    if (!notification)
        return;
    m_notifier.show(*notification);
    if (m_window)
        QApplication::alert(m_window.get());
}

void Desktop::windowClosed()
{
    if (!m_settings.staysInTray() || !m_notifier.hasTray())
        Q_EMIT quitWanted();
}

void Desktop::endSession()
{
    m_window.reset();
    m_session.reset();
    m_typedToken.clear();
}

} // namespace nextchat::desktop
