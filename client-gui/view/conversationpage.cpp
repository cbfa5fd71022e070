// SPDX-License-Identifier: MIT
#include "client-gui/view/conversationpage.h"

#include "client-gui/model/errorwords.h"
#include "client-gui/model/messagetext.h"
#include "client-gui/view/symbols.h"
#include "client-gui/view/toolbutton.h"

#include <QDesktopServices>
#include <QHBoxLayout>
#include <QMenu>
#include <QVBoxLayout>

namespace nextchat::desktop {

ConversationPage::ConversationPage(Session &session, const Settings &settings, const Appearance &appearance,
                                   QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_appearance(appearance)
    , m_view(new MessageView(appearance, this))
    , m_composer(new Composer(settings, appearance, this))
{
    build();
    connectParts();
    applyTheme();
}

QWidget *ConversationPage::makeHeader()
{
    auto *header = new QWidget(this);
    header->setObjectName(QStringLiteral("conversationHeader"));
    header->setAttribute(Qt::WA_StyledBackground);
    m_name = new QLabel(header);
    m_name->setObjectName(QStringLiteral("title"));
    m_name->setTextFormat(Qt::PlainText);
    m_people = new QLabel(header);
    m_people->setObjectName(QStringLiteral("subtitle"));
    m_searchButton = makeToolButton(tr("Search (Ctrl+F)"), header);
    m_membersButton = makeToolButton(tr("Members"), header);
    m_moreButton = makeToolButton(tr("More"), header);
    m_searchButton->setCheckable(true);
    m_membersButton->setCheckable(true);
    auto *words = new QVBoxLayout;
    words->setSpacing(0);
    words->addWidget(m_name);
    words->addWidget(m_people);
    auto *row = new QHBoxLayout(header);
    row->setContentsMargins(20, 11, 12, 11);
    row->setSpacing(4);
    row->addLayout(words, 1);
    row->addWidget(m_searchButton);
    row->addWidget(m_membersButton);
    row->addWidget(m_moreButton);
    return header;
}

void ConversationPage::build()
{
    QWidget *header = makeHeader();
    m_jump = new QPushButton(m_view);
    m_jump->setProperty("kind", QStringLiteral("pill"));
    m_jump->setCursor(Qt::PointingHandCursor);
    m_jump->setFocusPolicy(Qt::NoFocus);
    m_jump->hide();
    m_typing = new QLabel(this);
    m_typing->setObjectName(QStringLiteral("subtitle"));
    m_typing->setTextFormat(Qt::PlainText);
    m_typing->setContentsMargins(34, 0, 20, 0);
    m_refusal = new QWidget(this);
    m_refusalText = new QLabel(m_refusal);
    m_refusalText->setObjectName(QStringLiteral("problem"));
    m_refusalText->setTextFormat(Qt::PlainText);
    m_refusalText->setWordWrap(true);
    auto *again = new QPushButton(tr("Join again"), m_refusal);
    auto *refusalRow = new QHBoxLayout(m_refusal);
    refusalRow->setContentsMargins(24, 8, 20, 16);
    refusalRow->addWidget(m_refusalText, 1);
    refusalRow->addWidget(again);
    connect(again, &QPushButton::clicked, this, &ConversationPage::joinAgain);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(m_view, 1);
    column->addWidget(m_typing);
    column->addWidget(m_composer);
    column->addWidget(m_refusal);
    const QList<QWidget *> order{m_composer->edit(), m_view, m_searchButton, m_membersButton, m_moreButton};
    for (qsizetype i = 1; i < order.size(); ++i)
        setTabOrder(order.at(i - 1), order.at(i));
}

void ConversationPage::connectParts()
{
    connect(m_view, &MessageView::wantsOlder, this, [this] {
        if (m_conversation)
            m_session.loadOlder(m_conversation->id());
    });
    connect(m_view, &MessageView::bottomChanged, this, [this](bool atBottom) {
        if (atBottom)
            m_newBelow = 0;
        updateJump();
        markReadIfSeen();
    });
    connect(m_view, &MessageView::linkActivated, this,
            [](const QUrl &link) { QDesktopServices::openUrl(link); });
    connect(m_view, &MessageView::retryWanted, &m_session, &Session::retry);
    connect(m_view, &MessageView::discardWanted, &m_session, &Session::discard);
    connect(m_view, &MessageView::quoteWanted, m_composer, &Composer::insertQuote);
    connect(m_view, &MessageView::typed, m_composer, &Composer::insert);
    connect(m_jump, &QPushButton::clicked, m_view, &MessageView::goToBottom);
    connect(m_composer, &Composer::draftChanged, this, [this](const QString &group, const QString &text) {
        if (Conversation *conversation = m_session.conversation(group))
            conversation->setDraft(text);
    });
    connect(m_composer, &Composer::typed, &m_session, &Session::typing);
    connect(m_composer, &Composer::sendWanted, this, [this](const QString &group, const QString &text) {
        if (const auto sent = m_session.send(group, text); !sent)
            Q_EMIT problem(sent.error().message);
        m_view->goToBottom();
    });
    connect(m_composer, &Composer::escaped, this, [this] {
        m_view->clearSelectedText();
        if (m_conversation)
            m_conversation->clearUnreadLine();
        m_view->goToBottom();
    });
    connect(m_searchButton, &QToolButton::clicked, this, &ConversationPage::searchWanted);
    connect(m_membersButton, &QToolButton::clicked, this, &ConversationPage::membersWanted);
    connect(m_moreButton, &QToolButton::clicked, this, &ConversationPage::showMenu);
    connect(&m_appearance, &Appearance::changed, this, &ConversationPage::applyTheme);
}

void ConversationPage::applyTheme()
{
    const QColor colour = m_appearance.theme().faint;
    m_searchButton->setIcon(symbolIcon(Symbol::Search, colour));
    m_membersButton->setIcon(symbolIcon(Symbol::People, colour));
    m_moreButton->setIcon(symbolIcon(Symbol::More, colour));
    m_jump->setIcon(symbolIcon(Symbol::Down, m_appearance.theme().accent));
    m_name->setFont(m_appearance.font(1.12, QFont::DemiBold));
    m_people->setFont(m_appearance.font(0.85));
    m_typing->setFont(m_appearance.font(0.85));
    m_typing->setFixedHeight(m_typing->fontMetrics().height() + 4);
    updateJump();
}

void ConversationPage::setConversation(Conversation *conversation)
{
    if (m_conversation == conversation)
        return;
    if (m_conversation) {
        m_conversation->disconnect(this);
        m_conversation->members().disconnect(this);
        m_conversation->clearUnreadLine();
    }
    m_conversation = conversation;
    m_newBelow = 0;
    if (!conversation) {
        m_view->setMessages(nullptr);
        m_composer->setConversation({}, {}, nullptr);
        return;
    }
    conversation->markUnreadLine();
    m_view->setMessages(&conversation->messages());
    m_composer->setConversation(conversation->id(), conversation->draft(), &conversation->members());
    connect(conversation, &Conversation::placeChanged, this, &ConversationPage::updatePlace);
    connect(conversation, &Conversation::typingChanged, this, &ConversationPage::updateTyping);
    connect(conversation, &Conversation::arrived, this, &ConversationPage::takeArrivals);
    connect(&conversation->members(), &MemberList::presenceChanged, this, &ConversationPage::updateHeader);
    updateHeader();
    updatePlace();
    updateTyping();
    m_view->goToFirstUnread();
    updateJump();
    markReadIfSeen();
}

void ConversationPage::updateHeader()
{
    if (!m_conversation)
        return;
    m_name->setText(showable(m_conversation->id()));
    const int present = m_conversation->members().presentCount();
    m_people->setText(present > 0 ? tr("%n member(s) here", nullptr, present) : tr("Group"));
}

void ConversationPage::updatePlace()
{
    const bool refused = m_conversation && m_conversation->place() == Conversation::Place::Refused;
    m_refusal->setVisible(refused);
    m_composer->setVisible(!refused);
    if (refused)
        m_refusalText->setText(inOwnWords(m_conversation->problem()));
}

void ConversationPage::updateTyping()
{
    QStringList users = m_conversation ? m_conversation->typing() : QStringList();
    for (QString &user : users)
        user = showable(user);
    if (users.isEmpty())
        m_typing->clear();
    else if (users.size() == 1)
        m_typing->setText(tr("%1 is typing …").arg(users.first()));
    else if (users.size() == 2)
        m_typing->setText(tr("%1 and %2 are typing …").arg(users.first(), users.last()));
    else
        m_typing->setText(tr("Several people are typing …"));
}

void ConversationPage::takeArrivals(const QList<chat::Message> &messages)
{
    if (!m_view->isAtBottom()) {
        for (const chat::Message &message : messages)
            m_newBelow += message.authorId == m_session.user() ? 0 : 1;
        updateJump();
    }
    if (!isActiveWindow() && m_conversation->messages().firstUnread() == 0)
        m_conversation->markUnreadLine();
    markReadIfSeen();
}

void ConversationPage::updateJump()
{
    m_jump->setVisible(m_conversation && !m_view->isAtBottom());
    m_jump->setText(m_newBelow > 0 ? tr("%n new", nullptr, m_newBelow) : tr("Latest"));
    m_jump->adjustSize();
    m_jump->move((m_view->width() - m_jump->width()) / 2, m_view->height() - m_jump->height() - 10);
}

void ConversationPage::markReadIfSeen()
{
    if (m_conversation && m_view->isAtBottom() && isActiveWindow() && isVisible())
        m_conversation->markRead();
}

void ConversationPage::setPanelButtons(bool members, bool search)
{
    m_membersButton->setChecked(members);
    m_searchButton->setChecked(search);
}

void ConversationPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    updateJump();
}

void ConversationPage::showMenu()
{
    if (!m_conversation)
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QPointer<Conversation> conversation = m_conversation;
    const bool muted = conversation->record().muted;
    menu->addAction(muted ? tr("Unmute") : tr("Mute"), this, [conversation, muted] {
        if (conversation)
            conversation->setMuted(!muted);
    });
    const QString id = conversation->id();
    menu->addAction(tr("Leave …"), this, [this, id] { Q_EMIT leaveWanted(id); });
    menu->popup(m_moreButton->mapToGlobal(QPoint(0, m_moreButton->height() + 4)));
}

QCoro::Task<> ConversationPage::joinAgain()
{
    if (!m_conversation)
        co_return;
    const QPointer<ConversationPage> self(this);
    const Expected<void> joined = co_await m_session.join(m_conversation->id());
    if (self && !joined)
        Q_EMIT problem(joined.error().message);
}

} // namespace nextchat::desktop
