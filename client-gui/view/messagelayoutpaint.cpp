// SPDX-License-Identifier: MIT
// How a message looks.
#include "client-gui/model/timelabels.h"
#include "client-gui/view/avatar.h"
#include "client-gui/view/messagelayout.h"
#include "client-gui/view/symbols.h"

#include <QCoreApplication>

namespace nextchat::desktop {

namespace {

constexpr int side = 20;
constexpr int radius = 14;
constexpr int markSize = 13;
constexpr double small = 0.8;
constexpr double nameScale = 0.9;

QString say(const char *text)
{
    return QCoreApplication::translate("MessageView", text);
}

// A text in the middle of a line from side to side.
void paintLine(QPainter &painter, const QRect &rect, const QString &text, const QColor &colour,
               const QColor &line, Qt::PenStyle style)
{
    const int width = painter.fontMetrics().horizontalAdvance(text);
    const QRect label((rect.width() - width) / 2, rect.top(), width, rect.height());
    const int y = rect.center().y();
    painter.setPen(QPen(line, 1, style));
    painter.drawLine(side, y, label.left() - 12, y);
    painter.drawLine(label.right() + 12, y, rect.right() - side, y);
    painter.setPen(colour);
    painter.drawText(label, Qt::AlignCenter, text);
}

} // namespace

void MessageLayout::paint(QPainter &painter, const QPoint &at, const TextRange &selected, bool hasFocus) const
{
    painter.save();
    painter.translate(at);
    paintSeparators(painter);
    paintBubble(painter, hasFocus);
    paintText(painter, selected);
    paintStatus(painter);
    paintActions(painter);
    painter.restore();
}

void MessageLayout::paintSeparators(QPainter &painter) const
{
    const Theme &theme = m_appearance.theme();
    if (!m_gap.isNull()) {
        painter.setFont(m_appearance.font(small, QFont::Medium));
        paintLine(painter, m_gap, say(QT_TRANSLATE_NOOP("MessageView", "Messages may be missing here")),
                  theme.danger, theme.danger, Qt::DashLine);
    }
    if (!m_day.isNull()) {
        const QString label = dayLabel(m_row.time.date(), QDate::currentDate());
        painter.setFont(m_appearance.font(small, QFont::DemiBold));
        paintLine(painter, m_day, label, theme.faint, theme.line, Qt::SolidLine);
    }
    if (!m_newLine.isNull()) {
        painter.setFont(m_appearance.font(small, QFont::DemiBold));
        paintLine(painter, m_newLine, say(QT_TRANSLATE_NOOP("MessageView", "New messages")), theme.accent,
                  theme.accent, Qt::SolidLine);
    }
}

void MessageLayout::paintBubble(QPainter &painter, bool hasFocus) const
{
    const Theme &theme = m_appearance.theme();
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_avatar.isNull())
        drawAvatar(painter, m_avatar, m_row.author, AvatarShape::Person, theme);
    QColor ground = m_row.isOwn() ? theme.own : theme.raised;
    if (m_row.delivery == MessageRow::Delivery::Sending)
        ground.setAlphaF(0.6F);
    painter.setBrush(m_large ? QBrush(Qt::NoBrush) : QBrush(ground));
    painter.setPen(Qt::NoPen);
    if (hasFocus)
        painter.setPen(QPen(theme.accent, 1.5));
    else if (m_row.mentionsMe)
        painter.setPen(QPen(theme.accent.darker(theme.dark ? 130 : 100), 1));
    else if (m_row.needsDecision())
        painter.setPen(QPen(theme.danger, 1));
    painter.drawRoundedRect(QRectF(m_bubble).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    if (!m_name.isNull()) {
        painter.setFont(m_appearance.font(nameScale, QFont::DemiBold));
        painter.setPen(theme.ofPerson(m_row.author));
        painter.drawText(
            m_name, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(showable(m_row.author), Qt::ElideRight, m_name.width()));
    }
}

void MessageLayout::paintText(QPainter &painter, const TextRange &selected) const
{
    const Theme &theme = m_appearance.theme();
    QList<QTextLayout::FormatRange> selections;
    const int length = static_cast<int>(m_row.text.size());
    const int to = selected.to < 0 ? length : std::min(selected.to, length);
    if (to > selected.from) {
        QTextCharFormat format;
        format.setBackground(theme.marked);
        format.setForeground(theme.text);
        selections.append({selected.from, to - selected.from, format});
    }
    painter.setPen(theme.text);
    m_text->draw(&painter, m_textAt, selections);
    for (const TextSpan &span : m_spans) {
        if (span.kind != TextSpan::Kind::Quote)
            continue;
        const QTextLine first = m_text->lineForTextPosition(span.start);
        const QTextLine last = m_text->lineForTextPosition(span.start + span.length);
        if (first.isValid() && last.isValid())
            painter.fillRect(QRectF(m_textAt.x() - 7, m_textAt.y() + first.y() + 1, 2.5,
                                    last.y() + last.height() - first.y()),
                             theme.faint);
    }
}

void MessageLayout::paintStatus(QPainter &painter) const
{
    const Theme &theme = m_appearance.theme();
    painter.setFont(m_appearance.font(small));
    painter.setPen(theme.faint);
    painter.drawText(m_time, Qt::AlignLeft | Qt::AlignVCenter, clockLabel(m_row.time));
    if (!m_row.isOwn())
        return;
    const QRectF mark(m_time.right() - markSize + 2, m_time.center().y() - markSize / 2.0 + 1, markSize,
                      markSize);
    switch (m_row.delivery) {
    case MessageRow::Delivery::Sending:
        drawSymbol(painter, Symbol::Clock, mark, theme.faint);
        break;
    case MessageRow::Delivery::Failed:
        drawSymbol(painter, Symbol::Alert, mark, theme.danger);
        break;
    case MessageRow::Delivery::Unknown:
        drawSymbol(painter, Symbol::Question, mark, theme.danger);
        break;
    default:
        drawSymbol(painter, Symbol::Check, mark, theme.accent);
        break;
    }
}

void MessageLayout::paintActions(QPainter &painter) const
{
    if (!m_row.needsDecision())
        return;
    const Theme &theme = m_appearance.theme();
    const QString what = m_row.delivery == MessageRow::Delivery::Failed
        ? say(QT_TRANSLATE_NOOP("MessageView", "Not sent."))
        : say(QT_TRANSLATE_NOOP("MessageView", "It is not known whether this was sent."));
    painter.setFont(m_appearance.font(small));
    painter.setPen(theme.danger);
    const QString reason =
        m_row.delivery == MessageRow::Delivery::Failed ? QString(what % u' ' % m_row.problem) : what;
    painter.drawText(m_problem, Qt::AlignRight | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(reason, Qt::ElideRight, m_problem.width()));
    painter.setFont(m_appearance.font(small, QFont::DemiBold));
    painter.setPen(theme.accent);
    painter.drawText(m_retry, Qt::AlignCenter, say(QT_TRANSLATE_NOOP("MessageView", "Try again")));
    painter.drawText(m_discard, Qt::AlignCenter, say(QT_TRANSLATE_NOOP("MessageView", "Delete")));
}

} // namespace nextchat::desktop
