// SPDX-License-Identifier: MIT
#include "server/broker/storemark.h"

#include "server/broker/brokerlog.h"

#include <QFile>
#include <QSaveFile>

namespace nextchat::broker {

StoreMark::StoreMark(QString path)
    : m_path(std::move(path))
{
    QFile file(m_path);
    bool isNumber = false;
    const qint64 kept = file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toLongLong(&isNumber) : 0;
    if (isNumber)
        m_kept = kept;
}

bool StoreMark::contradicts(qint64 stored) const
{
    return m_kept ? *m_kept > stored : stored > 0;
}

void StoreMark::keep(qint64 mark)
{
    QSaveFile file(m_path); // keeps the permissions
    const bool isOpen = file.open(QIODevice::WriteOnly);
    if (isOpen)
        file.write(QByteArray::number(mark) + '\n');
    if (!isOpen || !file.commit())
        qCWarning(brokerLog).noquote() << "The file" << m_path << "can't be written:" << file.errorString();
    else
        m_kept = mark;
}

} // namespace nextchat::broker
