// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/searchresults.h"
#include "client-gui/view/appearance.h"

#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QStyledItemDelegate>
#include <QTextLayout>
#include <QToolButton>

namespace nextchat::desktop {

// Paints a message that was found, the words found in it marked. Main thread.
class FoundDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    FoundDelegate(const SearchResults &results, const Appearance &appearance, QObject *parent = nullptr);
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    int layText(QTextLayout &layout, const QString &text, int width) const;
    void paintText(QPainter &painter, const QRect &rect, const QString &text) const;

    const SearchResults &m_results;
    const Appearance &m_appearance;
};

// Search in one conversation. Main thread; `session` and `appearance` must outlive it.
class SearchPanel : public QWidget
{
    Q_OBJECT

public:
    SearchPanel(Session &session, const Appearance &appearance, QWidget *parent = nullptr);

    void setGroup(const QString &groupId);
    void focusField();
    [[nodiscard]] const SearchResults &results() const { return m_results; }

Q_SIGNALS:
    void found(const QString &groupId, qint64 seq); // the user wants to see it
    void closeWanted();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void updateStatus();
    void applyTheme();

    const Appearance &m_appearance;
    SearchResults m_results;
    FoundDelegate m_delegate;
    QString m_group;
    QTimer m_delay;
    QLineEdit *m_field = nullptr;
    QToolButton *m_close = nullptr;
    QLabel *m_status = nullptr;
    QListView *m_list = nullptr;
};

} // namespace nextchat::desktop
