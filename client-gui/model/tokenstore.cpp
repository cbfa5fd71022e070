// SPDX-License-Identifier: MIT
#include "client-gui/model/tokenstore.h"

#include <QPointer>
#include <QTimer>

namespace nextchat::desktop {

namespace {

// An address has no blanks.
QString keyOf(const SavedServer &server)
{
    return server.url.toString(QUrl::FullyEncoded) % u' ' % server.user;
}

} // namespace

TokenStore::TokenStore(std::unique_ptr<Keyring> keyring, QObject *parent)
    : QObject(parent)
    , m_keyring(std::move(keyring))
{ }

void TokenStore::find(const SavedServer &server, std::function<void(QString)> answer)
{
    const QString key = keyOf(server);
    if (m_known.contains(key) || !m_keyring) {
        answer(m_known.value(key));
        return;
    }
    auto *late = new QTimer(this); // as long as it is there, nobody has answered
    late->setSingleShot(true);
    connect(late, &QTimer::timeout, late, [late, answer] {
        late->deleteLater();
        answer({});
    });
    late->start(patience);
    m_keyring->read(key, [waiting = QPointer(late), answer](const QString &token) {
        if (!waiting || !waiting->isActive())
            return;
        delete waiting;
        answer(token);
    });
}

void TokenStore::keep(const SavedServer &server, const QString &token)
{
    const QString key = keyOf(server);
    m_known.insert(key, token);
    if (m_keyring)
        m_keyring->write(key, token);
}

void TokenStore::forget(const SavedServer &server)
{
    const QString key = keyOf(server);
    m_known.remove(key);
    if (m_keyring)
        m_keyring->remove(key);
}

} // namespace nextchat::desktop
