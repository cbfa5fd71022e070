// SPDX-License-Identifier: MIT
#include "server/broker/redis/script.h"

#include <QCryptographicHash>
#include <QFile>

static void initScripts()
{
    Q_INIT_RESOURCE(brokerscripts);
}

namespace nextchat::broker::redis {

namespace {

QByteArray shaOf(const QByteArray &text)
{
    return QCryptographicHash::hash(text, QCryptographicHash::Sha1).toHex();
}

QByteArray read(const char *name)
{
    initScripts();
    QFile file(QStringLiteral(":/nextchat/broker/scripts/%1.lua").arg(QLatin1StringView(name)));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("there is no script %s", name);
    return file.readAll();
}

} // namespace

Script::Script(const char *name, WhenFull whenFull)
{
    m_plain.text = read(name);
    m_plain.sha = shaOf(m_plain.text);
    m_flagged = m_plain;
    if (whenFull == WhenFull::Runs) {
        m_flagged.text = "#!lua flags=allow-oom\n" + m_plain.text;
        m_flagged.sha = shaOf(m_flagged.text);
    }
}

} // namespace nextchat::broker::redis
