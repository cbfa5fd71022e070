// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/messagelist.h"
#include "client-gui/model/messagetext.h"
#include "client-gui/view/appearance.h"

#include <QPainter>
#include <QTextLayout>

#include <memory>

namespace nextchat::desktop {

// The part of a row's text that is selected, in UTF-16 code units; to < 0: up to the end.
struct TextRange
{
    int from = 0;
    int to = 0;
};

// A message laid out for a width: where everything is, what is under a point, and how it is painted. All
// positions are relative to the row's top left. Main thread; `appearance` must outlive it.
class MessageLayout
{
public:
    enum class Action { None, Retry, Discard };

    MessageLayout(MessageRow row, int width, const Appearance &appearance, const QString &ownUser);

    [[nodiscard]] int height() const { return m_height; }
    [[nodiscard]] int width() const { return m_width; }
    [[nodiscard]] const MessageRow &row() const { return m_row; }
    // Whether it would come out the same for `row`.
    [[nodiscard]] bool fits(const MessageRow &row, int width) const;

    void paint(QPainter &painter, const QPoint &at, const TextRange &selected, bool hasFocus) const;

    [[nodiscard]] int cursorAt(const QPoint &point) const; // in the text, the nearest
    [[nodiscard]] bool isOnText(const QPoint &point) const;
    [[nodiscard]] QUrl linkAt(const QPoint &point) const; // empty: none
    [[nodiscard]] Action actionAt(const QPoint &point) const;
    [[nodiscard]] bool isOnTime(const QPoint &point) const { return m_time.contains(point); }
    [[nodiscard]] QRect bubble() const { return m_bubble; }

private:
    void placeSeparators();
    void placeBubble(int mostTextWidth);
    void layText(int mostWidth);
    void placeActions();
    [[nodiscard]] QList<QTextLayout::FormatRange> formats() const;
    [[nodiscard]] int textWidth() const; // of the widest line
    [[nodiscard]] int statusWidth() const;
    void paintSeparators(QPainter &painter) const;
    void paintBubble(QPainter &painter, bool hasFocus) const;
    void paintText(QPainter &painter, const TextRange &selected) const;
    void paintStatus(QPainter &painter) const;
    void paintActions(QPainter &painter) const;

    const MessageRow m_row;
    const int m_width;
    const Appearance &m_appearance;
    const QString m_ownUser;
    const bool m_large; // emoji alone

    std::unique_ptr<QTextLayout> m_text;
    QList<TextSpan> m_spans;
    QPoint m_textAt;
    QRect m_day;
    QRect m_gap;
    QRect m_newLine;
    QRect m_avatar;
    QRect m_name;
    QRect m_bubble;
    QRect m_time;
    QRect m_problem;
    QRect m_retry;
    QRect m_discard;
    int m_height = 0;
};

} // namespace nextchat::desktop
