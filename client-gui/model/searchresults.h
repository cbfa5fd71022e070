// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/session.h"

#include <QAbstractListModel>

namespace nextchat::desktop {

// What a search in one group finds: at once in what is loaded, then on the server, page by page; newest
// first. Main thread. `session` must outlive it.
class SearchResults : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { Seq = Qt::UserRole, Author, Text, Time };

    explicit SearchResults(Session &session, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;

    // Too short a text finds nothing.
    void search(const QString &groupId, const QString &text);

    [[nodiscard]] const QString &groupId() const { return m_groupId; }
    [[nodiscard]] const QString &text() const { return m_text; }
    [[nodiscard]] bool isSearching() const { return m_searching; }
    [[nodiscard]] const QString &problem() const { return m_problem; } // only what is loaded was searched

Q_SIGNALS:
    void progressed(); // isSearching() or problem() changed

private:
    void searchLoaded();
    QCoro::Task<> searchServer();
    void add(const QList<chat::Message> &found);

    Session &m_session;
    QString m_groupId;
    QString m_text;
    QList<chat::Message> m_found; // newest first
    std::optional<qint64> m_before; // where the server goes on
    bool m_more = false;
    bool m_searching = false;
    QString m_problem;
    quint64 m_search = 0; // counts, so that answers to old ones are ignored
};

} // namespace nextchat::desktop
