// SPDX-License-Identifier: MIT
#include "client-gui/view/messagelayout.h"

#include "client-gui/model/timelabels.h"
#include "client-gui/view/avatar.h"

#include <QCoreApplication>
#include <QFontMetrics>

#include <cmath>

namespace nextchat::desktop {

namespace {

// Pixels, but for what grows with the text.
constexpr int side = 20; // left and right of all
constexpr int avatarSize = 34;
constexpr int avatarGap = 10;
constexpr int paddingX = 12; // inside of the bubble
constexpr int paddingY = 7;
constexpr int runGap = 12; // above the first of a run
constexpr int rowGap = 2;
constexpr int widestText = 560;
constexpr int timeGap = 10;
constexpr int markSize = 13; // of delivery

constexpr double small = 0.8; // scales of the font
constexpr double nameScale = 0.9;
constexpr double emojiScale = 2.4;

QString say(const char *text)
{
    return QCoreApplication::translate("MessageView", text);
}

// The same length as `text`, line breaks as QTextLayout wants them.
QString laidOut(const QString &text)
{
    return showable(text).replace(u'\n', QChar::LineSeparator);
}

} // namespace

MessageLayout::MessageLayout(MessageRow row, int width, const Appearance &appearance, const QString &ownUser)
    : m_row(std::move(row))
    , m_width(width)
    , m_appearance(appearance)
    , m_ownUser(ownUser)
    , m_large(isEmojiOnly(m_row.text))
{
    placeSeparators();
    const int left = m_row.isOwn() ? side + avatarSize : side + avatarSize + avatarGap;
    const int most = std::max(80, m_width - left - side - 2 * paddingX - avatarSize);
    const int scaled = widestText * QFontMetrics(appearance.font()).height() / 17;
    placeBubble(std::min(most, scaled));
    placeActions();
    m_height += 1;
}

bool MessageLayout::fits(const MessageRow &row, int width) const
{
    return width == m_width && row.id == m_row.id && row.beginsDay == m_row.beginsDay
        && row.beginsRun == m_row.beginsRun && row.afterGap == m_row.afterGap
        && row.firstUnread == m_row.firstUnread && row.delivery == m_row.delivery
        && row.problem == m_row.problem && (!row.beginsDay || row.time.date() == m_row.time.date());
}

void MessageLayout::placeSeparators()
{
    const int line = QFontMetrics(m_appearance.font(small)).height();
    const auto take = [this](int height) {
        const QRect rect(0, m_height, m_width, height);
        m_height += height;
        return rect;
    };
    if (m_row.afterGap)
        m_gap = take(line + 22);
    if (m_row.beginsDay)
        m_day = take(line + 26);
    if (m_row.firstUnread)
        m_newLine = take(line + 16);
    m_height += m_row.beginsRun ? (m_row.beginsDay ? 4 : runGap) : rowGap;
}

int MessageLayout::statusWidth() const
{
    const int time = QFontMetrics(m_appearance.font(small)).horizontalAdvance(clockLabel(m_row.time));
    return m_row.isOwn() ? time + 4 + markSize : time;
}

void MessageLayout::layText(int mostWidth)
{
    m_spans = spansOf(m_row.text, m_ownUser);
    m_text =
        std::make_unique<QTextLayout>(laidOut(m_row.text), m_appearance.font(m_large ? emojiScale : 1.0));
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    m_text->setTextOption(option);
    m_text->setCacheEnabled(true);
    m_text->setFormats(formats());
    qreal y = 0;
    m_text->beginLayout();
    for (QTextLine line = m_text->createLine(); line.isValid(); line = m_text->createLine()) {
        line.setLineWidth(mostWidth);
        line.setPosition({0, y});
        y += std::ceil(line.height() * (m_large ? 1.0 : 1.08));
    }
    m_text->endLayout();
}

int MessageLayout::textWidth() const
{
    qreal width = 0;
    for (int i = 0; i < m_text->lineCount(); ++i)
        width = std::max(width, m_text->lineAt(i).naturalTextWidth());
    return static_cast<int>(std::ceil(width));
}

QList<QTextLayout::FormatRange> MessageLayout::formats() const
{
    const Theme &theme = m_appearance.theme();
    QList<QTextLayout::FormatRange> ranges;
    for (const TextSpan &span : m_spans) {
        QTextCharFormat format;
        switch (span.kind) {
        case TextSpan::Kind::Link:
            format.setForeground(theme.accent);
            format.setFontUnderline(true);
            break;
        case TextSpan::Kind::Quote:
            format.setForeground(theme.faint);
            break;
        case TextSpan::Kind::MentionOfMe:
            format.setBackground(theme.mention);
            [[fallthrough]];
        case TextSpan::Kind::Mention:
            format.setFontWeight(QFont::DemiBold);
            break;
        }
        ranges.append({span.start, span.length, format});
    }
    return ranges;
}

void MessageLayout::placeBubble(int mostTextWidth)
{
    layText(mostTextWidth);
    const QFontMetrics nameMetrics(m_appearance.font(nameScale, QFont::DemiBold));
    const bool showsName = !m_row.isOwn() && m_row.beginsRun;
    const int timeHeight = QFontMetrics(m_appearance.font(small)).height();
    const QTextLine last = m_text->lineAt(m_text->lineCount() - 1);
    const QSize textSize(textWidth(), static_cast<int>(std::ceil(last.y() + last.height())));
    const int status = statusWidth();
    const bool besideLast = last.naturalTextWidth() + timeGap + status <= mostTextWidth;
    int inner = std::max(textSize.width(),
                         besideLast ? static_cast<int>(std::ceil(last.naturalTextWidth())) + timeGap + status
                                    : status);
    if (showsName)
        inner = std::max(inner, std::min(mostTextWidth, nameMetrics.horizontalAdvance(m_row.author) + 4));
    const int nameHeight = showsName ? nameMetrics.height() + 1 : 0;
    const int height = 2 * paddingY + nameHeight + textSize.height() + (besideLast ? 0 : timeHeight);
    const int width = inner + 2 * paddingX;
    const int x = m_row.isOwn() ? m_width - side - width : side + avatarSize + avatarGap;
    m_bubble = QRect(x, m_height, width, height);
    if (showsName) {
        m_name = QRect(x + paddingX, m_height + paddingY - 1, inner, nameMetrics.height());
        m_avatar = QRect(side, m_height, avatarSize, avatarSize);
    }
    m_textAt = QPoint(x + paddingX, m_height + paddingY + nameHeight);
    m_time = QRect(m_bubble.right() - paddingX - status + 1, m_bubble.bottom() - paddingY - timeHeight + 2,
                   status, timeHeight);
    m_height += height;
}

void MessageLayout::placeActions()
{
    if (!m_row.needsDecision())
        return;
    const QFontMetrics metrics(m_appearance.font(small, QFont::DemiBold));
    const int height = metrics.height() + 6;
    const int retry = metrics.horizontalAdvance(say("Try again")) + 12;
    const int discard = metrics.horizontalAdvance(say("Delete")) + 12;
    const int right = m_width - side;
    m_discard = QRect(right - discard, m_height + 2, discard, height);
    m_retry = QRect(m_discard.left() - retry, m_height + 2, retry, height);
    m_problem = QRect(side, m_height + 2, m_retry.left() - side - 6, height);
    m_height += height + 4;
}

int MessageLayout::cursorAt(const QPoint &point) const
{
    const QPointF local = point - m_textAt;
    if (local.y() < 0)
        return 0;
    for (int i = 0; i < m_text->lineCount(); ++i) {
        const QTextLine line = m_text->lineAt(i);
        if (local.y() < line.y() + line.height() || i + 1 == m_text->lineCount()) {
            if (local.y() > line.y() + line.height() + paddingY)
                return static_cast<int>(m_row.text.size());
            return line.xToCursor(local.x());
        }
    }
    return static_cast<int>(m_row.text.size());
}

bool MessageLayout::isOnText(const QPoint &point) const
{
    return m_bubble.contains(point);
}

QUrl MessageLayout::linkAt(const QPoint &point) const
{
    const QPointF local = point - m_textAt;
    for (int i = 0; i < m_text->lineCount(); ++i) {
        const QTextLine line = m_text->lineAt(i);
        if (!line.naturalTextRect().contains(local))
            continue;
        const int position = line.xToCursor(local.x(), QTextLine::CursorOnCharacter);
        for (const TextSpan &span : m_spans) {
            if (span.kind == TextSpan::Kind::Link && position >= span.start
                && position < span.start + span.length)
                return span.link;
        }
    }
    return {};
}

MessageLayout::Action MessageLayout::actionAt(const QPoint &point) const
{
    if (m_retry.contains(point))
        return Action::Retry;
    return m_discard.contains(point) ? Action::Discard : Action::None;
}

} // namespace nextchat::desktop
