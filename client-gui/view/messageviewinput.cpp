// SPDX-License-Identifier: MIT
// What the user sees of the messages, and does with them.
#include "client-gui/model/timelabels.h"
#include "client-gui/view/messageview.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

namespace nextchat::desktop {

namespace {

bool isWordCharacter(QChar c)
{
    return c.isLetterOrNumber() || c == u'_' || c.isSurrogate() || c.isMark();
}

} // namespace

void MessageView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    if (!m_list)
        return;
    paintTop(painter);
    if (m_heights.count() == 0)
        return;
    const int first = rowAtY(event->rect().top());
    const int last = rowAtY(event->rect().bottom());
    for (int row = first; row <= last; ++row) {
        const bool focused = hasFocus() && currentIndex().row() == row;
        layoutOf(row).paint(painter, {0, yOf(row)}, selectedIn(row), focused);
    }
}

QString MessageView::topText() const
{
    switch (m_list->top()) {
    case MessageList::Top::Loading:
        return tr("Loading earlier messages …");
    case MessageList::Top::Failed:
        return tr("Earlier messages cannot be loaded now. Click to try again.");
    case MessageList::Top::Beginning:
        return m_list->rowCount() > 0 ? tr("This is the beginning of the conversation.")
                                      : tr("No messages yet. Say hello!");
    default:
        return {};
    }
}

void MessageView::paintTop(QPainter &painter) const
{
    const QString text = topText();
    const int bottom = static_cast<int>(contentTop());
    if (text.isEmpty() || bottom < 0)
        return;
    painter.setPen(palette().color(QPalette::PlaceholderText));
    const QRect rect =
        m_list->rowCount() > 0 ? QRect(0, bottom - 50, viewport()->width(), 40) : viewport()->rect();
    painter.drawText(rect, Qt::AlignCenter, text);
}

MessageView::Place MessageView::placeAt(const QPoint &point) const
{
    if (!m_list || m_heights.count() == 0)
        return {};
    const int row = rowAtY(point.y());
    return {m_list->rowId(row), layoutOf(row).cursorAt(point - QPoint(0, yOf(row)))};
}

std::pair<MessageView::Place, MessageView::Place> MessageView::selection() const
{
    if (!m_list || m_from.id == 0)
        return {};
    const int from = m_list->rowOf(m_from.id);
    const int to = m_list->rowOf(m_to.id);
    if (from < 0 || to < 0)
        return {};
    const bool ordered = from < to || (from == to && m_from.cursor <= m_to.cursor);
    return ordered ? std::pair(m_from, m_to) : std::pair(m_to, m_from);
}

TextRange MessageView::selectedIn(int row) const
{
    const auto [from, to] = selection();
    if (from.id == 0)
        return {};
    const int first = m_list->rowOf(from.id);
    const int last = m_list->rowOf(to.id);
    if (row < first || row > last)
        return {};
    return {row == first ? from.cursor : 0, row == last ? to.cursor : -1};
}

QString MessageView::selectedTextOf(int row) const
{
    const TextRange range = selectedIn(row);
    const QString text = m_list->row(row).text;
    return range.to < 0 ? text.mid(range.from) : text.mid(range.from, range.to - range.from);
}

// Parts of one message as they are; several with who said them and when.
QString MessageView::selectedText() const
{
    const auto [from, to] = selection();
    if (from.id == 0)
        return {};
    const int first = m_list->rowOf(from.id);
    const int last = m_list->rowOf(to.id);
    if (first == last)
        return selectedTextOf(first);
    QStringList lines;
    for (int row = first; row <= last; ++row) {
        const MessageRow shown = m_list->row(row);
        const QString text = selectedTextOf(row);
        if (!text.isEmpty())
            lines.append(u'[' % clockLabel(shown.time) % u"] " % shown.author % u": " % text);
    }
    return lines.join(u'\n');
}

void MessageView::clearSelectedText()
{
    m_from = m_to = {};
    viewport()->update();
}

void MessageView::copy() const
{
    QString text = selectedText();
    if (text.isEmpty() && currentIndex().isValid())
        text = m_list->row(currentIndex().row()).text;
    if (!text.isEmpty())
        QApplication::clipboard()->setText(text);
}

void MessageView::selectAllText()
{
    if (!m_list || m_list->rowCount() == 0)
        return;
    const int last = m_list->rowCount() - 1;
    m_from = {m_list->rowId(0), 0};
    m_to = {m_list->rowId(last), static_cast<int>(m_list->row(last).text.size())};
    viewport()->update();
}

QString MessageView::quoteOf(int row) const
{
    const MessageRow shown = m_list->row(row);
    const QString part = selectedIn(row).to != 0 ? selectedTextOf(row) : QString();
    return quoted(shown.author, part.isEmpty() ? shown.text : part);
}

void MessageView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !m_list)
        return;
    m_pressed = event->position().toPoint();
    if (!event->modifiers().testFlag(Qt::ShiftModifier) || m_from.id == 0)
        m_from = placeAt(m_pressed);
    m_to = placeAt(m_pressed);
    m_selecting = true;
    const QModelIndex index = indexAt(m_pressed);
    if (index.isValid())
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    viewport()->update();
}

void MessageView::mouseMoveEvent(QMouseEvent *event)
{
    const QPoint point = event->position().toPoint();
    if (!m_selecting) {
        updateCursor(point);
        return;
    }
    m_to = placeAt(point);
    if (point.y() < 0 || point.y() > viewport()->height())
        verticalScrollBar()->setValue(verticalOffset()
                                      + (point.y() < 0 ? point.y() : point.y() - viewport()->height()));
    viewport()->update();
}

void MessageView::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || !m_list)
        return;
    m_selecting = false;
    const QPoint point = event->position().toPoint();
    if ((point - m_pressed).manhattanLength() > QApplication::startDragDistance())
        return;
    if (m_list->top() == MessageList::Top::Failed && point.y() < contentTop()) {
        Q_EMIT wantsOlder();
        return;
    }
    const QModelIndex index = indexAt(point);
    if (!index.isValid())
        return;
    const MessageLayout &layout = layoutOf(index.row());
    const QPoint local = point - QPoint(0, yOf(index.row()));
    const QUrl link = layout.linkAt(local);
    const QString id = layout.row().clientMessageId;
    const auto action = layout.actionAt(local);
    if (action == MessageLayout::Action::Retry)
        Q_EMIT retryWanted(id);
    else if (action == MessageLayout::Action::Discard)
        Q_EMIT discardWanted(id);
    else if (!link.isEmpty())
        Q_EMIT linkActivated(link);
}

void MessageView::mouseDoubleClickEvent(QMouseEvent *event)
{
    const QPoint point = event->position().toPoint();
    const QModelIndex index = indexAt(point);
    if (!index.isValid())
        return;
    const QString text = m_list->row(index.row()).text;
    const Place place = placeAt(point);
    int start = place.cursor;
    int end = place.cursor;
    while (start > 0 && isWordCharacter(text.at(start - 1)))
        --start;
    while (end < text.size() && isWordCharacter(text.at(end)))
        ++end;
    m_from = {place.id, start};
    m_to = {place.id, end};
    viewport()->update();
}

void MessageView::updateCursor(const QPoint &point)
{
    const QModelIndex index = indexAt(point);
    Qt::CursorShape shape = Qt::ArrowCursor;
    if (index.isValid()) {
        const MessageLayout &layout = layoutOf(index.row());
        const QPoint local = point - QPoint(0, yOf(index.row()));
        if (!layout.linkAt(local).isEmpty() || layout.actionAt(local) != MessageLayout::Action::None)
            shape = Qt::PointingHandCursor;
        else if (layout.isOnText(local))
            shape = Qt::IBeamCursor;
    } else if (m_list && m_list->top() == MessageList::Top::Failed && point.y() < contentTop()) {
        shape = Qt::PointingHandCursor;
    }
    viewport()->setCursor(shape);
}

bool MessageView::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractItemView::viewportEvent(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const QModelIndex index = indexAt(help->pos());
    if (!index.isValid())
        return true;
    const MessageLayout &layout = layoutOf(index.row());
    const QPoint local = help->pos() - QPoint(0, yOf(index.row()));
    const QUrl link = layout.linkAt(local);
    if (layout.isOnTime(local))
        QToolTip::showText(help->globalPos(), fullLabel(layout.row().time), this);
    else if (!link.isEmpty())
        QToolTip::showText(help->globalPos(), link.toString(), this);
    else if (!layout.row().problem.isEmpty())
        QToolTip::showText(help->globalPos(), layout.row().problem, this);
    else
        QToolTip::hideText();
    return true;
}

QModelIndex MessageView::moveCursor(CursorAction action, Qt::KeyboardModifiers)
{
    if (!m_list || m_list->rowCount() == 0)
        return {};
    const int last = m_list->rowCount() - 1;
    const int row = currentIndex().isValid() ? currentIndex().row() : last + 1;
    switch (action) {
    case MoveUp:
    case MovePrevious:
        return m_list->index(std::max(0, row - 1));
    case MoveDown:
    case MoveNext:
        return m_list->index(std::min(last, row + 1));
    default:
        return currentIndex();
    }
}

bool MessageView::moveByKey(QKeyEvent *event)
{
    QScrollBar *bar = verticalScrollBar();
    switch (event->key()) {
    case Qt::Key_PageUp:
        bar->triggerAction(QScrollBar::SliderPageStepSub);
        return true;
    case Qt::Key_PageDown:
        bar->triggerAction(QScrollBar::SliderPageStepAdd);
        return true;
    case Qt::Key_Home:
        bar->setValue(0);
        return true;
    case Qt::Key_End:
        goToBottom();
        return true;
    default:
        return false;
    }
}

void MessageView::keyPressEvent(QKeyEvent *event)
{
    if (!m_list || moveByKey(event))
        return;
    const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if (event->matches(QKeySequence::Copy)) {
        copy();
    } else if (event->matches(QKeySequence::SelectAll)) {
        selectAllText();
    } else if (event->key() == Qt::Key_Return && currentIndex().isValid()) {
        Q_EMIT quoteWanted(quoteOf(currentIndex().row()));
    } else if (plain && !event->text().isEmpty() && event->text().at(0).isPrint()) {
        Q_EMIT typed(event->text());
    } else if (event->key() == Qt::Key_Escape) {
        clearSelectedText();
        event->ignore();
    } else {
        QAbstractItemView::keyPressEvent(event);
    }
}

void MessageView::focusInEvent(QFocusEvent *event)
{
    QAbstractItemView::focusInEvent(event);
    if (m_list && !currentIndex().isValid() && m_list->rowCount() > 0
        && (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason))
        selectionModel()->setCurrentIndex(m_list->index(m_list->rowCount() - 1),
                                          QItemSelectionModel::NoUpdate);
    viewport()->update();
}

void MessageView::contextMenuEvent(QContextMenuEvent *event)
{
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const QModelIndex index = byKey ? currentIndex() : indexAt(event->pos());
    if (!index.isValid())
        return;
    const MessageRow shown = m_list->row(index.row());
    const QUrl link =
        byKey ? QUrl() : layoutOf(index.row()).linkAt(event->pos() - QPoint(0, yOf(index.row())));
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (!selectedText().isEmpty())
        menu->addAction(tr("Copy selection"), this, [this] { copy(); });
    menu->addAction(tr("Copy message"), this,
                    [text = shown.text] { QApplication::clipboard()->setText(text); });
    if (!link.isEmpty())
        menu->addAction(tr("Copy link"), this,
                        [link] { QApplication::clipboard()->setText(link.toString()); });
    menu->addAction(tr("Quote"), this, [this, quote = quoteOf(index.row())] { Q_EMIT quoteWanted(quote); });
    if (shown.needsDecision()) {
        menu->addSeparator();
        const QString id = shown.clientMessageId;
        menu->addAction(tr("Try again"), this, [this, id] { Q_EMIT retryWanted(id); });
        menu->addAction(tr("Delete"), this, [this, id] { Q_EMIT discardWanted(id); });
    }
    menu->popup(byKey ? viewport()->mapToGlobal(visualRect(index).center()) : event->globalPos());
}

} // namespace nextchat::desktop
