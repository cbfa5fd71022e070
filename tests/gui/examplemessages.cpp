// SPDX-License-Identifier: MIT
#include "tests/gui/examplemessages.h"

#include <QRandomGenerator>

namespace nextchat::test {

namespace {

const QStringList &people()
{
    static const QStringList names{QStringLiteral("ann"),        QStringLiteral("bob"),
                                   QStringLiteral("carla.berg"), QStringLiteral("dmitri"),
                                   QStringLiteral("emeka"),      QStringLiteral("fatima")};
    return names;
}

QString sentence(QRandomGenerator &random)
{
    static const QStringList words{
        QStringLiteral("the"),      QStringLiteral("release"), QStringLiteral("works"),
        QStringLiteral("again"),    QStringLiteral("because"), QStringLiteral("nobody"),
        QStringLiteral("looked"),   QStringLiteral("at"),      QStringLiteral("logs"),
        QStringLiteral("tomorrow"), QStringLiteral("maybe"),   QStringLiteral("meeting")};
    const bool isLong = random.bounded(20) == 0;
    QString text;
    for (int left = isLong ? 120 : 3 + random.bounded(22); left > 0; --left)
        text += words.at(random.bounded(static_cast<int>(words.size()))) % u' ';
    return text.trimmed();
}

} // namespace

QList<chat::Message> exampleMessages(const QString &groupId, int count, qint64 firstSeq)
{
    QRandomGenerator random(7);
    QList<chat::Message> messages;
    messages.reserve(count);
    auto time = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now())
        - std::chrono::seconds(40) * count;
    QString author = people().first();
    for (int i = 0; i < count; ++i) {
        if (random.bounded(3) == 0)
            author = people().at(random.bounded(static_cast<int>(people().size())));
        time += std::chrono::seconds(40);
        messages.append({groupId, author, sentence(random), time, firstSeq + i, QStringLiteral("1"), {}});
    }
    return messages;
}

} // namespace nextchat::test
