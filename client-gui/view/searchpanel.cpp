// SPDX-License-Identifier: MIT
#include "client-gui/view/searchpanel.h"

#include "client-gui/model/errorwords.h"
#include "client-gui/model/messagetext.h"
#include "client-gui/model/timelabels.h"
#include "client-gui/view/symbols.h"
#include "common/chat/rules.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QTextLayout>
#include <QVBoxLayout>

#include <cmath>

namespace nextchat::desktop {

namespace {

constexpr int typingDelay = 250; // ms without a letter, before the server is asked
constexpr double small = 0.85;
constexpr int lines = 3;
constexpr int margin = 18; // left and right

// A piece of a long text around what was found in it.
QString excerpt(const QString &text, const QString &found)
{
    const qsizetype at = std::max<qsizetype>(0, text.indexOf(found, 0, Qt::CaseInsensitive));
    return at <= 60 ? preview(text, 200) : u"… " % preview(text.mid(at - 40), 200);
}

} // namespace

FoundDelegate::FoundDelegate(const SearchResults &results, const Appearance &appearance, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_results(results)
    , m_appearance(appearance)
{ }

QSize FoundDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QTextLayout layout;
    const int height =
        layText(layout, index.data(SearchResults::Text).toString(), option.rect.width() - 2 * margin);
    return {option.rect.width(),
            QFontMetrics(m_appearance.font(small, QFont::DemiBold)).height() + height + 22};
}

// The first lines of the text; their height.
int FoundDelegate::layText(QTextLayout &layout, const QString &text, int width) const
{
    const QString shown = excerpt(text, m_results.text());
    QList<QTextLayout::FormatRange> marks;
    QTextCharFormat format;
    format.setBackground(m_appearance.theme().mention);
    const QString &found = m_results.text();
    for (qsizetype at = shown.indexOf(found, 0, Qt::CaseInsensitive); at >= 0 && !found.isEmpty();
         at = shown.indexOf(found, at + found.size(), Qt::CaseInsensitive))
        marks.append({static_cast<int>(at), static_cast<int>(found.size()), format});
    layout.setText(shown);
    layout.setFont(m_appearance.font(small));
    layout.setFormats(marks);
    layout.beginLayout();
    qreal y = 0;
    for (int i = 0; i < lines; ++i) {
        QTextLine line = layout.createLine();
        if (!line.isValid())
            break;
        line.setLineWidth(width);
        line.setPosition({0, y});
        y += line.height();
    }
    layout.endLayout();
    return static_cast<int>(std::ceil(y));
}

void FoundDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const
{
    const Theme &theme = m_appearance.theme();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & (QStyle::State_MouseOver | QStyle::State_HasFocus | QStyle::State_Selected)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.state.testFlag(QStyle::State_Selected) ? theme.selected : theme.hover);
        painter->drawRoundedRect(QRectF(option.rect).adjusted(8, 1, -8, -1), 8, 8);
    }
    const QRect inner = option.rect.adjusted(margin, 8, -margin, -8);
    painter->setFont(m_appearance.font(small));
    const QString time = recentLabel(index.data(SearchResults::Time).toDateTime(), QDate::currentDate());
    painter->setPen(theme.faint);
    painter->drawText(inner, Qt::AlignRight | Qt::AlignTop, time);
    const QString author = index.data(SearchResults::Author).toString();
    const int room = inner.width() - painter->fontMetrics().horizontalAdvance(time) - 8;
    painter->setFont(m_appearance.font(small, QFont::DemiBold));
    painter->setPen(theme.ofPerson(author));
    painter->drawText(inner, Qt::AlignLeft | Qt::AlignTop,
                      painter->fontMetrics().elidedText(showable(author), Qt::ElideRight, room));
    const int top = painter->fontMetrics().height() + 3;
    paintText(*painter, inner.adjusted(0, top, 0, 0), index.data(SearchResults::Text).toString());
    painter->restore();
}

void FoundDelegate::paintText(QPainter &painter, const QRect &rect, const QString &text) const
{
    QTextLayout layout;
    layText(layout, text, rect.width());
    painter.setPen(m_appearance.theme().text);
    layout.draw(&painter, rect.topLeft());
}

SearchPanel::SearchPanel(Session &session, const Appearance &appearance, QWidget *parent)
    : QWidget(parent)
    , m_appearance(appearance)
    , m_results(session)
    , m_delegate(m_results, appearance)
{
    setObjectName(QStringLiteral("panel"));
    setAttribute(Qt::WA_StyledBackground);
    m_field = new QLineEdit(this);
    m_field->setObjectName(QStringLiteral("search"));
    m_field->setPlaceholderText(tr("Search in this conversation"));
    m_field->setAccessibleName(tr("Search in this conversation"));
    m_field->setMaxLength(static_cast<int>(chat::maximumSearchLength));
    m_close = new QToolButton(this);
    m_close->setAccessibleName(tr("Close the search"));
    m_close->setToolTip(tr("Close the search"));
    m_status = new QLabel(this);
    m_status->setObjectName(QStringLiteral("hint"));
    m_status->setWordWrap(true);
    m_status->setContentsMargins(18, 2, 18, 6);
    m_list = new QListView(this);
    m_list->setObjectName(QStringLiteral("found"));
    m_list->setAccessibleName(tr("Found messages"));
    m_list->setModel(&m_results);
    m_list->setItemDelegate(&m_delegate);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setVerticalScrollMode(QListView::ScrollPerPixel);
    m_list->setResizeMode(QListView::Adjust);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(14, 10, 8, 6);
    row->addWidget(m_field, 1);
    row->addWidget(m_close);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_status);
    column->addWidget(m_list, 1);
    m_delay.setSingleShot(true);
    connect(&m_delay, &QTimer::timeout, this, [this] { m_results.search(m_group, m_field->text()); });
    connect(m_field, &QLineEdit::textChanged, this, [this] { m_delay.start(typingDelay); });
    const auto choose = [this](const QModelIndex &index) {
        Q_EMIT found(m_results.groupId(), index.data(SearchResults::Seq).toLongLong());
    };
    connect(m_list, &QListView::clicked, this, choose);
    connect(m_list, &QListView::activated, this, choose);
    connect(m_close, &QToolButton::clicked, this, &SearchPanel::closeWanted);
    connect(&m_results, &SearchResults::progressed, this, &SearchPanel::updateStatus);
    connect(&appearance, &Appearance::changed, this, &SearchPanel::applyTheme);
    applyTheme();
    updateStatus();
}

void SearchPanel::applyTheme()
{
    m_close->setIcon(symbolIcon(Symbol::Close, m_appearance.theme().faint));
}

void SearchPanel::setGroup(const QString &groupId)
{
    if (std::exchange(m_group, groupId) != groupId)
        m_results.search(m_group, m_field->text());
}

void SearchPanel::focusField()
{
    m_field->setFocus(Qt::ShortcutFocusReason);
    m_field->selectAll();
}

void SearchPanel::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        Q_EMIT closeWanted();
    else if (event->key() == Qt::Key_Down && m_field->hasFocus() && m_results.rowCount() > 0)
        m_list->setFocus(Qt::TabFocusReason);
    else
        QWidget::keyPressEvent(event);
}

void SearchPanel::updateStatus()
{
    if (m_results.text().isEmpty())
        m_status->setText(tr("Type at least two characters."));
    else if (m_results.isSearching())
        m_status->setText(tr("Searching …"));
    else if (!m_results.problem().isEmpty())
        m_status->setText(
            tr("Only the loaded messages were searched: %1").arg(inOwnWords(m_results.problem())));
    else
        m_status->setText(m_results.rowCount() == 0
                              ? tr("Nothing found.")
                              : tr("%n message(s) found", nullptr, m_results.rowCount()));
}

} // namespace nextchat::desktop
