// SPDX-License-Identifier: MIT
#include "client-gui/view/messageview.h"

#include <QAccessible>
#include <QResizeEvent>
#include <QScrollBar>

namespace nextchat::desktop {

namespace {

constexpr int topSpace = 60; // above the first message: what lies before it
constexpr int bottomSpace = 10;
constexpr int usualHeight = 42; // an estimate, of rows that were not laid out yet
constexpr int near = 20; // pixels from the bottom that count as there

} // namespace

MessageView::MessageView(const Appearance &appearance, QWidget *parent)
    : QListView(parent)
    , m_delegate(appearance)
{
    setItemDelegate(&m_delegate);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setSelectionMode(NoSelection);
    setFrameShape(NoFrame);
    setMouseTracking(true);
    viewport()->setMouseTracking(true);
    verticalScrollBar()->setSingleStep(usualHeight);
    setAccessibleName(tr("Messages"));
    connect(&appearance, &Appearance::changed, this, &MessageView::forgetLayouts);
}

void MessageView::setMessages(MessageList *messages)
{
    if (m_list)
        m_list->disconnect(this);
    m_list = messages;
    m_delegate.forget();
    m_from = m_to = {};
    m_anchor = {};
    m_sticks = true;
    setModel(messages); // calls reset()
    if (!messages)
        return;
    connect(messages, &MessageList::topChanged, viewport(), qOverload<>(&QWidget::update));
    connect(messages, &MessageList::topChanged, this, &MessageView::askForOlder);
    connect(messages, &MessageList::rowsAboutToBeInserted, this, &MessageView::keepAnchor);
    connect(messages, &MessageList::rowsMoved, this, &MessageView::reset);
    connect(messages, &MessageList::rowsRemoved, this, &MessageView::settle);
}

int MessageView::rowWidth() const
{
    return viewport()->width();
}

const MessageLayout &MessageView::layoutOf(int row) const
{
    return m_delegate.layout(*m_list, row, rowWidth());
}

int MessageView::verticalOffset() const
{
    return verticalScrollBar()->value();
}

// Messages that don't fill the window stand at its bottom.
qint64 MessageView::contentTop() const
{
    const qint64 content = topSpace + m_heights.total() + bottomSpace;
    const qint64 spare = std::max<qint64>(0, viewport()->height() - content);
    return spare + topSpace - verticalOffset();
}

int MessageView::rowAtY(int y) const
{
    return m_heights.rowAt(y - contentTop());
}

int MessageView::yOf(int row) const
{
    return static_cast<int>(contentTop() + m_heights.offset(row));
}

QRect MessageView::visualRect(const QModelIndex &index) const
{
    if (!index.isValid() || index.row() >= m_heights.count())
        return {};
    return {0, yOf(index.row()), rowWidth(), m_heights.height(index.row())};
}

QModelIndex MessageView::indexAt(const QPoint &point) const
{
    const int row = m_list ? rowAtY(point.y()) : -1;
    if (row < 0)
        return {};
    const QModelIndex index = m_list->index(row);
    return visualRect(index).contains(point) ? index : QModelIndex();
}

void MessageView::measure(int row)
{
    m_heights.setHeight(row, layoutOf(row).height());
}

// From the last row upward, until the window is full.
void MessageView::measureBottom()
{
    int height = bottomSpace;
    for (int row = m_heights.count() - 1; row >= 0 && height < viewport()->height(); --row) {
        if (!m_heights.isMeasured(row))
            measure(row);
        height += m_heights.height(row);
    }
}

// What comes out above the first known row on the screen moves the scroll bar, not the messages.
void MessageView::measureVisible()
{
    qint64 value = verticalOffset();
    for (bool again = true; again;) {
        again = false;
        const int first = rowAtY(0);
        const int last = rowAtY(viewport()->height() - 1);
        int known = first;
        while (known < last && !m_heights.isMeasured(known))
            ++known;
        if (!m_heights.isMeasured(known))
            known = first;
        for (int row = first; row <= last; ++row) {
            if (m_heights.isMeasured(row))
                continue;
            const int before = m_heights.height(row);
            measure(row);
            again = true;
            if (row < known)
                value += m_heights.height(row) - before;
        }
        if (again)
            updateRange(value);
    }
}

void MessageView::updateRange(qint64 value)
{
    const qint64 content = topSpace + m_heights.total() + bottomSpace;
    const int most = static_cast<int>(std::max<qint64>(0, content - viewport()->height()));
    QScrollBar *bar = verticalScrollBar();
    const bool was = std::exchange(m_settling, true);
    bar->setPageStep(viewport()->height());
    bar->setRange(0, m_heights.count() == 0 ? 0 : most);
    bar->setValue(static_cast<int>(std::clamp<qint64>(value, 0, most)));
    m_valueBefore = bar->value();
    m_settling = was;
}

void MessageView::settle()
{
    if (m_settling || !m_list || m_heights.count() == 0 || viewport()->height() <= 0) {
        viewport()->update();
        return;
    }
    m_settling = true;
    if (m_sticks) {
        measureBottom();
        updateRange(INT_MAX);
    } else {
        updateRange(verticalOffset());
        restoreAnchor();
        measureVisible();
    }
    m_anchor = {};
    m_settling = false;
    viewport()->update();
    askForOlder();
}

void MessageView::keepAnchor()
{
    if (m_anchor.id != 0 || m_heights.count() == 0 || !m_list || m_heights.count() != m_list->rowCount())
        return;
    // The lowest row that is whole on the screen: what is read.
    const int row = std::clamp(rowAtY(viewport()->height() * 2 / 3), 0, m_heights.count() - 1);
    m_anchor = {m_list->rowId(row), yOf(row)};
}

void MessageView::restoreAnchor()
{
    const int row = m_anchor.id != 0 ? m_list->rowOf(m_anchor.id) : -1;
    if (row < 0)
        return;
    // Rows above it may come out higher or lower once they are measured: measure those that will be seen.
    int above = m_anchor.y;
    for (int r = row; r >= 0 && above > 0; --r) {
        if (!m_heights.isMeasured(r))
            measure(r);
        if (r < row)
            above -= m_heights.height(r);
    }
    updateRange(topSpace + m_heights.offset(row) - m_anchor.y);
}

void MessageView::setSticks(bool sticks)
{
    if (std::exchange(m_sticks, sticks) != sticks)
        Q_EMIT bottomChanged(sticks);
}

void MessageView::goToBottom()
{
    m_anchor = {};
    setSticks(true);
    settle();
}

void MessageView::goToMessage(qint64 id)
{
    const int row = m_list ? m_list->rowOf(id) : -1;
    if (row < 0)
        return;
    measure(row);
    const int y = std::max(0, (viewport()->height() - m_heights.height(row)) / 2);
    setSticks(false);
    m_anchor = {id, y};
    setCurrentIndex(m_list->index(row));
    settle();
    setSticks(verticalOffset() >= verticalScrollBar()->maximum() - near);
}

void MessageView::goToFirstUnread()
{
    const int row = m_list && m_list->firstUnread() > 0 ? m_list->rowOf(m_list->firstUnread()) : -1;
    if (row < 0) {
        goToBottom();
        return;
    }
    for (int r = row; r < m_heights.count() && yOf(r) - yOf(row) < viewport()->height(); ++r)
        measure(r);
    setSticks(false);
    m_anchor = {m_list->firstUnread(), viewport()->height() / 5};
    settle();
    setSticks(verticalOffset() >= verticalScrollBar()->maximum() - near);
}

void MessageView::scrollTo(const QModelIndex &index, ScrollHint)
{
    if (!index.isValid() || m_settling)
        return;
    const QRect rect = visualRect(index);
    int difference = 0;
    if (rect.top() < 0)
        difference = rect.top() - near;
    else if (rect.bottom() > viewport()->height())
        difference = std::min(rect.top(), rect.bottom() - viewport()->height() + near);
    if (difference != 0)
        verticalScrollBar()->setValue(verticalOffset() + difference);
}

void MessageView::askForOlder()
{
    if (!m_list || m_list->top() != MessageList::Top::More)
        return;
    if (verticalOffset() < 2 * viewport()->height())
        Q_EMIT wantsOlder();
}

void MessageView::scrollContentsBy(int, int)
{
    if (m_settling)
        return;
    m_settling = true;
    measureVisible();
    m_settling = false;
    m_valueBefore = verticalOffset();
    setSticks(verticalOffset() >= verticalScrollBar()->maximum() - near);
    viewport()->update();
    askForOlder();
}

void MessageView::updateGeometries()
{
    settle();
}

// The base's own way to tell a screen reader would lay out all rows.
void MessageView::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QAbstractItemView::currentChanged(current, previous);
    if (!QAccessible::isActive() || !current.isValid() || !hasFocus())
        return;
    QAccessibleEvent event(this, QAccessible::Focus);
    event.setChild(current.row());
    QAccessible::updateAccessibility(&event);
}

void MessageView::resizeEvent(QResizeEvent *event)
{
    if (event->oldSize().width() != event->size().width() && m_heights.count() > 0) {
        keepAnchor();
        m_heights.forgetAll();
    }
    QAbstractItemView::resizeEvent(event);
    settle();
}

void MessageView::forgetLayouts()
{
    keepAnchor();
    m_delegate.forget();
    m_heights.forgetAll();
    settle();
}

void MessageView::rowsInserted(const QModelIndex &parent, int first, int last)
{
    m_heights.insert(first, last - first + 1, usualHeight);
    QAbstractItemView::rowsInserted(parent, first, last);
    settle();
}

void MessageView::rowsAboutToBeRemoved(const QModelIndex &parent, int first, int last)
{
    keepAnchor();
    m_heights.remove(first, last - first + 1);
    QAbstractItemView::rowsAboutToBeRemoved(parent, first, last);
}

void MessageView::dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
                              const QList<int> &roles)
{
    if (m_heights.count() == m_list->rowCount()) {
        keepAnchor();
        for (int row = topLeft.row(); row <= bottomRight.row(); ++row)
            m_heights.forget(row);
    }
    QAbstractItemView::dataChanged(topLeft, bottomRight, roles);
    settle();
}

void MessageView::reset()
{
    QAbstractItemView::reset();
    m_heights = {};
    m_anchor = {};
    m_delegate.forget();
    if (m_list && m_list->rowCount() > 0)
        m_heights.insert(0, m_list->rowCount(), usualHeight);
    settle();
}

} // namespace nextchat::desktop
