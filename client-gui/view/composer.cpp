// SPDX-License-Identifier: MIT
#include "client-gui/view/composer.h"

#include "client-gui/view/symbols.h"
#include "client-gui/view/toolbutton.h"

#include <QAbstractTextDocumentLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLocale>
#include <QScrollBar>
#include <QStyle>
#include <QTextBlock>

#include <cmath>

namespace nextchat::desktop {

namespace {

constexpr int mostLines = 8; // then it scrolls
constexpr int mostCompletions = 6;

} // namespace

Composer::Composer(const Settings &settings, const Appearance &appearance, QWidget *parent)
    : QWidget(parent)
    , m_settings(settings)
    , m_appearance(appearance)
{
    build();
    connect(m_edit, &QPlainTextEdit::textChanged, this, &Composer::textChanged);
    connect(m_edit, &QPlainTextEdit::cursorPositionChanged, this, &Composer::showCompletions);
    connect(m_send, &QToolButton::clicked, this, &Composer::send);
    connect(m_popup, &QListWidget::itemClicked, this, &Composer::complete);
    connect(&appearance, &Appearance::changed, this, &Composer::applyTheme);
    applyTheme();
    textChanged();
}

void Composer::build()
{
    m_frame = new QFrame(this);
    m_frame->setObjectName(QStringLiteral("composerFrame"));
    m_edit = new QPlainTextEdit(m_frame);
    m_edit->setObjectName(QStringLiteral("composer"));
    m_edit->setTabChangesFocus(true);
    m_edit->setFrameShape(QFrame::NoFrame);
    m_edit->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_edit->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_edit->document()->setDocumentMargin(2);
    m_edit->setAccessibleName(tr("Message"));
    m_edit->installEventFilter(this);
    m_counter = new QLabel(m_frame);
    m_counter->setObjectName(QStringLiteral("hint"));
    m_send = makeToolButton(tr("Send"), m_frame);
    m_send->setProperty("kind", QStringLiteral("send"));
    m_send->setFixedSize(34, 34);

    auto *row = new QHBoxLayout(m_frame);
    row->setContentsMargins(14, 5, 5, 5);
    row->setSpacing(8);
    row->addWidget(m_edit, 1, Qt::AlignVCenter);
    row->addWidget(m_counter, 0, Qt::AlignBottom);
    row->addWidget(m_send, 0, Qt::AlignBottom);
    auto *outer = new QHBoxLayout(this);
    outer->setContentsMargins(20, 4, 20, 14);
    outer->addWidget(m_frame);

    m_popup = new QListWidget(this);
    m_popup->setObjectName(QStringLiteral("popup"));
    m_popup->setWindowFlags(Qt::ToolTip | Qt::FramelessWindowHint);
    m_popup->setFocusPolicy(Qt::NoFocus);
    m_popup->setFocusProxy(m_edit);
    m_popup->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_popup->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_popup->hide();
    setFocusProxy(m_edit);
}

void Composer::applyTheme()
{
    m_send->setIcon(symbolIcon(Symbol::Send, m_appearance.theme().onAccent, m_appearance.theme().faint));
    fitHeight();
}

void Composer::setConversation(const QString &group, const QString &draft, const MemberList *members)
{
    m_group = group;
    m_members = members;
    m_edit->setPlaceholderText(tr("Message to %1").arg(group));
    setText(draft);
    m_popup->hide();
}

void Composer::setText(const QString &text)
{
    m_changing = true;
    m_edit->setPlainText(text);
    m_edit->moveCursor(QTextCursor::End);
    textChanged();
    m_changing = false;
}

void Composer::insert(const QString &text)
{
    focusText();
    m_edit->insertPlainText(text);
}

void Composer::insertQuote(const QString &quote)
{
    focusText();
    QTextCursor cursor = m_edit->textCursor();
    cursor.movePosition(QTextCursor::Start);
    cursor.insertText(quote);
    m_edit->moveCursor(QTextCursor::End);
}

void Composer::focusText()
{
    m_edit->setFocus(Qt::OtherFocusReason);
}

void Composer::textChanged()
{
    fitHeight();
    updateCounter();
    m_send->setEnabled(!composer::parts(text()).isEmpty());
    if (m_changing || m_group.isEmpty())
        return;
    m_history.stop(m_group);
    Q_EMIT draftChanged(m_group, text());
    if (!text().trimmed().isEmpty())
        Q_EMIT typed(m_group);
}

// By its lines as they are wrapped.
void Composer::fitHeight()
{
    int lines = 0;
    for (QTextBlock block = m_edit->document()->begin(); block.isValid() && lines < mostLines;
         block = block.next())
        lines += std::max(1, block.layout() ? block.layout()->lineCount() : 1);
    const int wanted = std::clamp(lines, 1, mostLines);
    const int margin = static_cast<int>(std::ceil(2 * m_edit->document()->documentMargin()));
    m_edit->setFixedHeight(wanted * m_edit->fontMetrics().lineSpacing() + margin + 4);
    m_edit->setVerticalScrollBarPolicy(lines >= mostLines ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
}

void Composer::updateCounter()
{
    const auto left = composer::charactersLeft(text());
    m_counter->setVisible(left.has_value());
    if (!left)
        return;
    const int parts = static_cast<int>(composer::parts(text()).size());
    m_counter->setObjectName(*left < 0 ? QStringLiteral("problem") : QStringLiteral("hint"));
    m_counter->style()->unpolish(m_counter);
    m_counter->style()->polish(m_counter);
    m_counter->setText(*left < 0 ? tr("will be sent as %n messages", nullptr, parts)
                                 : QLocale().toString(*left));
}

void Composer::send()
{
    const QStringList parts = composer::parts(text());
    if (parts.isEmpty() || m_group.isEmpty())
        return;
    m_history.sent(m_group, text());
    for (const QString &part : parts)
        Q_EMIT sendWanted(m_group, part);
    setText({});
    Q_EMIT draftChanged(m_group, {});
    focusText();
}

bool Composer::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_edit && event->type() == QEvent::KeyPress)
        return keyPressed(*static_cast<QKeyEvent *>(event));
    if (watched == m_edit && (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)) {
        m_frame->setProperty("focused", event->type() == QEvent::FocusIn);
        m_frame->style()->unpolish(m_frame);
        m_frame->style()->polish(m_frame);
        if (event->type() == QEvent::FocusOut)
            m_popup->hide();
    }
    return QWidget::eventFilter(watched, event);
}

bool Composer::keyPressed(const QKeyEvent &event)
{
    if (m_popup->isVisible() && completionKeyPressed(event))
        return true;
    if (recallKeyPressed(event))
        return true;
    const bool isEnter = event.key() == Qt::Key_Return || event.key() == Qt::Key_Enter;
    if (isEnter) {
        const bool modified = event.modifiers() & (Qt::ShiftModifier | Qt::ControlModifier | Qt::AltModifier);
        const bool control = event.modifiers() == Qt::ControlModifier;
        if (m_settings.enterSends() ? !modified || control : control) {
            send();
            return true;
        }
        if (modified)
            m_edit->insertPlainText(QStringLiteral("\n"));
        return modified;
    }
    if (event.key() == Qt::Key_Escape) {
        Q_EMIT escaped();
        return true;
    }
    return false;
}

bool Composer::completionKeyPressed(const QKeyEvent &event)
{
    const int rows = m_popup->count();
    switch (event.key()) {
    case Qt::Key_Up:
        m_popup->setCurrentRow((m_popup->currentRow() + rows - 1) % rows);
        return true;
    case Qt::Key_Down:
        m_popup->setCurrentRow((m_popup->currentRow() + 1) % rows);
        return true;
    case Qt::Key_Tab:
    case Qt::Key_Return:
    case Qt::Key_Enter:
        complete();
        return true;
    case Qt::Key_Escape:
        m_popup->hide();
        return true;
    default:
        return false;
    }
}

// Up in an empty composer, or while recalling; down on the way back.
bool Composer::recallKeyPressed(const QKeyEvent &event)
{
    const bool recalling = m_history.isRecalling(m_group);
    if (event.modifiers() & ~Qt::KeypadModifier)
        return false;
    std::optional<QString> recalled;
    if (event.key() == Qt::Key_Up && (recalling || text().isEmpty()))
        recalled = m_history.earlier(m_group, text());
    else if (event.key() == Qt::Key_Down && recalling)
        recalled = m_history.later(m_group);
    else
        return false;
    if (recalled) {
        setText(*recalled);
        Q_EMIT draftChanged(m_group, *recalled);
    }
    return true;
}

void Composer::showCompletions()
{
    const auto wanted = composer::completionAt(text(), m_edit->textCursor().position());
    const QStringList names = wanted && m_members && !m_changing && m_edit->hasFocus()
        ? m_members->completions(wanted->prefix, mostCompletions)
        : QStringList();
    const bool isWhole = names.size() == 1 && names.first() == wanted->prefix;
    if (names.isEmpty() || isWhole) {
        m_popup->hide();
        return;
    }
    m_popup->clear();
    m_popup->addItems(names);
    m_popup->setCurrentRow(0);
    const int height =
        m_popup->sizeHintForRow(0) * static_cast<int>(names.size()) + 2 * m_popup->frameWidth() + 2;
    m_popup->resize(std::max(200, m_popup->sizeHintForColumn(0) + 30), height);
    const QPoint cursor = m_edit->viewport()->mapToGlobal(m_edit->cursorRect().topLeft());
    m_popup->move(cursor - QPoint(10, height + 8));
    m_popup->show();
}

void Composer::complete()
{
    const QListWidgetItem *item = m_popup->currentItem();
    const auto wanted = composer::completionAt(text(), m_edit->textCursor().position());
    m_popup->hide();
    if (!item || !wanted)
        return;
    QTextCursor cursor = m_edit->textCursor();
    cursor.setPosition(wanted->start, QTextCursor::KeepAnchor);
    cursor.insertText(u'@' % item->text() % u' ');
    m_popup->hide();
}

void Composer::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitHeight();
}

} // namespace nextchat::desktop
