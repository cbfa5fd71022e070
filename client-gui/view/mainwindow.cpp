// SPDX-License-Identifier: MIT
#include "client-gui/view/mainwindow.h"

#include "client-gui/view/browsedialog.h"
#include "client-gui/view/quickswitcher.h"
#include "client-gui/view/settingsdialog.h"
#include "client-gui/view/symbols.h"

#include <QCloseEvent>
#include <QMessageBox>
#include <QShortcut>
#include <QVBoxLayout>

namespace nextchat::desktop {

namespace {

const QString geometryPart = QStringLiteral("geometry");
const QString splitterPart = QStringLiteral("splitter");

} // namespace

MainWindow::MainWindow(Session &session, Settings &settings, const Appearance &appearance)
    : m_session(session)
    , m_settings(settings)
    , m_appearance(appearance)
{
    setWindowIcon(programIcon());
    setMinimumSize(560, 400);
    resize(1120, 740);
    build();
    connectParts();
    buildMenu();
    buildShortcuts();
    connect(&session, &Session::restored, this, &MainWindow::openFirst);
    connect(&session.conversations(), &ConversationList::unreadChanged, this, &MainWindow::retranslateTitle);
    connect(&session.conversations(), &ConversationList::rowsRemoved, this, [this] {
        if (!m_session.conversation(m_session.current()))
            conversationGone(m_session.current());
    });
    restoreGeometry(settings.windowState(geometryPart));
    m_splitter->restoreState(settings.windowState(splitterPart));
    m_panel = settings.showsMembers() ? m_members : nullptr;
    showPanel(m_panel);
    m_empty->setFocus();
    openFirst();
    retranslateTitle();
}

MainWindow::~MainWindow()
{
    m_settings.setWindowState(geometryPart, saveGeometry());
    m_settings.setWindowState(splitterPart, m_splitter->saveState());
}

QWidget *MainWindow::makeEmptyPage()
{
    auto *page = new QWidget(this);
    auto *picture = new QLabel(page);
    picture->setPixmap(programIcon().pixmap(72, 72));
    picture->setAlignment(Qt::AlignCenter);
    auto *title = new QLabel(tr("Welcome, %1").arg(m_session.user()), page);
    title->setObjectName(QStringLiteral("emptyTitle"));
    title->setTextFormat(Qt::PlainText);
    title->setAlignment(Qt::AlignCenter);
    title->setFont(m_appearance.font(1.4, QFont::DemiBold));
    auto *hint = new QLabel(tr("Join a group, or create one, to begin."), page);
    hint->setObjectName(QStringLiteral("hint"));
    hint->setAlignment(Qt::AlignCenter);
    auto *button = new QPushButton(tr("Browse groups"), page);
    button->setProperty("kind", QStringLiteral("primary"));
    connect(button, &QPushButton::clicked, this, &MainWindow::browse);
    auto *column = new QVBoxLayout(page);
    column->setSpacing(10);
    column->addStretch(2);
    column->addWidget(picture);
    column->addWidget(title);
    column->addWidget(hint);
    column->addSpacing(6);
    column->addWidget(button, 0, Qt::AlignHCenter);
    page->setFocusProxy(button);
    column->addStretch(3);
    return page;
}

void MainWindow::build()
{
    m_splitter = new QSplitter(this);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(1);
    m_sidebar = new Sidebar(m_session, m_appearance, &m_menu, m_splitter);
    m_sidebar->setMinimumWidth(210);
    auto *middle = new QWidget(m_splitter);
    m_banner = new LinkBanner(m_session, middle);
    m_middle = new QStackedWidget(middle);
    m_empty = makeEmptyPage();
    m_page = new ConversationPage(m_session, m_settings, m_appearance, m_middle);
    m_middle->addWidget(m_empty);
    m_middle->addWidget(m_page);
    auto *column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addWidget(m_middle, 1);
    m_panels = new QStackedWidget(m_splitter);
    m_panels->setMinimumWidth(200);
    m_members = new MembersPanel(m_appearance, m_panels);
    m_search = new SearchPanel(m_session, m_appearance, m_panels);
    m_panels->addWidget(m_members);
    m_panels->addWidget(m_search);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({290, 590, 240});
    setCentralWidget(m_splitter);
}

void MainWindow::connectParts()
{
    connect(m_sidebar, &Sidebar::chosen, this, &MainWindow::open);
    connect(m_sidebar, &Sidebar::browseWanted, this, &MainWindow::browse);
    connect(m_sidebar, &Sidebar::leaveWanted, this, &MainWindow::leave);
    connect(m_sidebar, &Sidebar::markReadWanted, this, [this](const QString &groupId) {
        if (Conversation *conversation = m_session.conversation(groupId))
            conversation->markRead();
    });
    connect(m_banner, &LinkBanner::reconnectWanted, this, &MainWindow::otherAccountWanted);
    connect(m_page, &ConversationPage::problem, m_banner, &LinkBanner::showNotice);
    connect(m_page, &ConversationPage::leaveWanted, this, &MainWindow::leave);
    connect(m_page, &ConversationPage::membersWanted, this, &MainWindow::toggleMembers);
    connect(m_page, &ConversationPage::searchWanted, this, [this](bool on) {
        if (on)
            search();
        else
            showPanel(nullptr);
    });
    connect(m_members, &MembersPanel::mentionWanted, this,
            [this](const QString &user) { m_page->composer().insert(u'@' % user % u' '); });
    connect(m_search, &SearchPanel::found, this, &MainWindow::showFound);
    connect(m_search, &SearchPanel::closeWanted, this, [this] {
        showPanel(m_settings.showsMembers() ? m_members : nullptr);
        m_page->composer().focusText();
    });
}

void MainWindow::buildMenu()
{
    m_menu.addAction(tr("Find or create a group …"), this, &MainWindow::browse);
    m_menu.addAction(tr("Go to a conversation …"), this, &MainWindow::quickSwitch);
    m_menu.addSeparator();
    QAction *quiet = m_menu.addAction(tr("Do not disturb"));
    quiet->setCheckable(true);
    quiet->setChecked(m_settings.doNotDisturb());
    connect(quiet, &QAction::toggled, &m_settings, &Settings::setDoNotDisturb);
    connect(&m_settings, &Settings::changed, this, [this, quiet] {
        quiet->setChecked(m_settings.doNotDisturb());
        m_session.conversations().setOrder(static_cast<ConversationList::Order>(m_settings.order()));
    });
    m_session.conversations().setOrder(static_cast<ConversationList::Order>(m_settings.order()));
    m_menu.addAction(tr("Settings …"), this, &MainWindow::showSettings);
    m_menu.addAction(tr("Another account …"), this, &MainWindow::otherAccountWanted);
    m_menu.addAction(tr("About Next Chat"), this, &MainWindow::showAbout);
    m_menu.addSeparator();
    m_menu.addAction(tr("Quit"), this, &MainWindow::quitWanted);
}

void MainWindow::buildShortcuts()
{
    const auto on = [this](const QKeySequence &keys, auto action) {
        auto *shortcut = new QShortcut(keys, this);
        connect(shortcut, &QShortcut::activated, this, action);
    };
    on(QKeySequence(Qt::CTRL | Qt::Key_K), &MainWindow::quickSwitch);
    on(QKeySequence(Qt::CTRL | Qt::Key_F), &MainWindow::search);
    on(QKeySequence(Qt::CTRL | Qt::Key_N), &MainWindow::browse);
    on(QKeySequence(Qt::CTRL | Qt::Key_Comma), &MainWindow::showSettings);
    on(QKeySequence(Qt::CTRL | Qt::Key_Q), &MainWindow::quitWanted);
    on(QKeySequence(Qt::ALT | Qt::Key_Up), [this] { step(-1); });
    on(QKeySequence(Qt::ALT | Qt::Key_Down), [this] { step(1); });
    on(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M), [this] { toggleMembers(!m_settings.showsMembers()); });
    on(QKeySequence(Qt::ALT | Qt::SHIFT | Qt::Key_Down), [this] {
        const QString next = m_session.conversations().nextUnread(current());
        if (!next.isEmpty())
            open(next);
    });
}

void MainWindow::openFirst()
{
    if (current().isEmpty() && m_session.conversations().rowCount() > 0)
        open(m_session.conversations().at(0)->id());
}

void MainWindow::open(const QString &groupId)
{
    Conversation *conversation = m_session.conversation(groupId);
    if (!conversation)
        return;
    m_session.setCurrent(groupId);
    m_middle->setCurrentWidget(m_page);
    m_page->setConversation(conversation);
    m_members->setMembers(&conversation->members());
    m_search->setGroup(groupId);
    m_sidebar->showCurrent(groupId);
    showPanel(m_panel);
    m_page->composer().focusText();
    retranslateTitle();
}

void MainWindow::conversationGone(const QString &)
{
    m_page->setConversation(nullptr);
    m_members->setMembers(nullptr);
    m_middle->setCurrentWidget(m_empty);
    m_session.setCurrent({});
    showPanel(m_panel);
    openFirst();
    retranslateTitle();
}

void MainWindow::step(int by)
{
    const int row = m_session.conversations().rowOf(current()) + by;
    if (const Conversation *next = m_session.conversations().at(row))
        open(next->id());
}

void MainWindow::showPanel(QWidget *panel)
{
    m_panel = panel;
    m_panels->setVisible(panel && !current().isEmpty());
    if (panel)
        m_panels->setCurrentWidget(panel);
    m_page->setPanelButtons(panel == m_members, panel == m_search);
}

void MainWindow::toggleMembers(bool on)
{
    m_settings.setShowsMembers(on);
    showPanel(on ? m_members : nullptr);
}

void MainWindow::search()
{
    if (current().isEmpty())
        return;
    showPanel(m_search);
    m_search->focusField();
}

void MainWindow::quickSwitch()
{
    auto *switcher = new QuickSwitcher(m_session.conversations(), this);
    connect(switcher, &QuickSwitcher::chosen, this, &MainWindow::open);
    switcher->show();
}

void MainWindow::browse()
{
    auto *dialog = new BrowseDialog(m_session, this);
    connect(dialog, &BrowseDialog::joined, this, &MainWindow::open);
    dialog->open();
}

void MainWindow::showSettings()
{
    (new SettingsDialog(m_settings, this))->show();
}

void MainWindow::showAbout()
{
    auto *box = new QMessageBox(this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("About Next Chat"));
    box->setIconPixmap(programIcon().pixmap(64, 64));
    box->setText(tr("<b>Next Chat</b> %1").arg(QCoreApplication::applicationVersion()));
    box->setInformativeText(
        tr("Group chat over SignalR. Free software under the MIT license; it uses Qt (LGPL)."));
    box->open();
}

void MainWindow::leave(const QString &groupId)
{
    auto *box = new QMessageBox(this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIcon(QMessageBox::Question);
    box->setWindowTitle(tr("Leave a group"));
    box->setTextFormat(Qt::PlainText);
    box->setText(tr("Leave “%1”?").arg(groupId));
    if (const int unsent = m_session.unsent(groupId))
        box->setInformativeText(tr("%n message(s) to it are not sent yet.", nullptr, unsent));
    QPushButton *leave = box->addButton(tr("Leave"), QMessageBox::AcceptRole);
    box->addButton(QMessageBox::Cancel);
    connect(leave, &QPushButton::clicked, this, [this, groupId] { leaveNow(groupId); });
    box->open();
}

QCoro::Task<> MainWindow::leaveNow(QString groupId)
{
    const QPointer<MainWindow> self(this);
    const Expected<void> left = co_await m_session.leave(groupId);
    if (self && !left)
        m_banner->showNotice(left.error().message);
}

QCoro::Task<> MainWindow::showFound(QString groupId, qint64 seq)
{
    const QPointer<MainWindow> self(this);
    const bool there = co_await m_session.reach(groupId, seq);
    if (!self || current() != groupId)
        co_return;
    if (there)
        m_page->view().goToMessage(seq);
    else
        m_banner->showNotice(tr("This message is too far back to be shown in its place."));
}

void MainWindow::retranslateTitle()
{
    const int unread = m_session.conversations().unread();
    const QString name = current().isEmpty() ? tr("Next Chat") : tr("%1 – Next Chat").arg(current());
    setWindowTitle(unread > 0 ? QString(u'(' % QString::number(unread) % u") " % name) : name);
}

void MainWindow::showFront()
{
    show();
    setWindowState(windowState() & ~Qt::WindowMinimized);
    raise();
    activateWindow();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    event->accept();
    Q_EMIT closed();
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::ActivationChange && m_page) {
        m_page->markReadIfSeen();
        Q_EMIT activationChanged();
    }
}

} // namespace nextchat::desktop
