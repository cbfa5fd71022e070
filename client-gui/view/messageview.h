// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/rowheights.h"
#include "client-gui/view/messagedelegate.h"

#include <QListView>

namespace nextchat::desktop {

// Shows a MessageList of any length: only what is on the screen is laid out, the rest has estimated heights.
// Stays where it is when messages come in above, and at the newest one when it is there. Text is selected
// across messages. Main thread.
//
// It is a QListView for the sake of screen readers, which know that class; the base's layout, which would
// measure all rows, is not used.
class MessageView : public QListView
{
    Q_OBJECT

public:
    explicit MessageView(const Appearance &appearance, QWidget *parent = nullptr);

    void setMessages(MessageList *messages); // null: none

    [[nodiscard]] bool isAtBottom() const { return m_sticks; }
    void goToBottom();
    void goToMessage(qint64 id); // in the middle, with the focus
    void goToFirstUnread(); // near the top; to the bottom where there is none

    [[nodiscard]] QString selectedText() const;
    void clearSelectedText();

    [[nodiscard]] QRect visualRect(const QModelIndex &index) const override;
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;
    [[nodiscard]] QModelIndex indexAt(const QPoint &point) const override;

Q_SIGNALS:
    void wantsOlder();
    void bottomChanged(bool atBottom);
    void linkActivated(const QUrl &link);
    void retryWanted(const QString &clientMessageId);
    void discardWanted(const QString &clientMessageId);
    void quoteWanted(const QString &text);
    void typed(const QString &text); // letters that belong into a composer

protected:
    [[nodiscard]] QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    [[nodiscard]] int horizontalOffset() const override { return 0; }
    [[nodiscard]] int verticalOffset() const override;
    [[nodiscard]] bool isIndexHidden(const QModelIndex &) const override { return false; }
    void setSelection(const QRect &, QItemSelectionModel::SelectionFlags) override { }
    [[nodiscard]] QRegion visualRegionForSelection(const QItemSelection &) const override { return {}; }

    void updateGeometries() override;
    void doItemsLayout() override { settle(); }
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;
    void scrollContentsBy(int dx, int dy) override;
    void rowsInserted(const QModelIndex &parent, int first, int last) override;
    void rowsAboutToBeRemoved(const QModelIndex &parent, int first, int last) override;
    void dataChanged(const QModelIndex &topLeft, const QModelIndex &bottomRight,
                     const QList<int> &roles) override;
    void reset() override;

    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;

private:
    // A place in the text of all messages.
    struct Place
    {
        qint64 id = 0; // 0: none
        int cursor = 0;
    };
    struct Anchor // what stays where it is
    {
        qint64 id = 0;
        int y = 0; // of the row's top in the viewport
    };

    [[nodiscard]] int rowWidth() const;
    [[nodiscard]] qint64 contentTop() const; // y of the first row in the viewport
    [[nodiscard]] int rowAtY(int y) const;
    [[nodiscard]] int yOf(int row) const;
    [[nodiscard]] const MessageLayout &layoutOf(int row) const;
    void measure(int row);
    void measureBottom();
    void measureVisible();
    void settle(); // measures what is visible, and keeps the place
    void updateRange(qint64 value);
    void keepAnchor();
    void restoreAnchor();
    void setSticks(bool sticks);
    void askForOlder();
    void forgetLayouts();

    void paintTop(QPainter &painter) const;
    [[nodiscard]] QString topText() const;
    [[nodiscard]] Place placeAt(const QPoint &point) const;
    [[nodiscard]] TextRange selectedIn(int row) const;
    [[nodiscard]] std::pair<Place, Place> selection() const; // in order
    [[nodiscard]] QString selectedTextOf(int row) const;
    void updateCursor(const QPoint &point);
    void copy() const;
    void selectAllText();
    bool moveByKey(QKeyEvent *event);
    [[nodiscard]] QString quoteOf(int row) const;

    MessageList *m_list = nullptr;
    MessageDelegate m_delegate;
    RowHeights m_heights;
    bool m_sticks = true; // to the bottom
    bool m_settling = false;
    int m_valueBefore = 0; // of the scroll bar
    Anchor m_anchor;
    Place m_from; // selected text
    Place m_to;
    bool m_selecting = false;
    QPoint m_pressed;
};

} // namespace nextchat::desktop
