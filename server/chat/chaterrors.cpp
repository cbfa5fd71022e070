// SPDX-License-Identifier: MIT
#include "server/chat/chaterrors.h"

#include "common/chat/rules.h"
#include "server/chat/chatlog.h"

#include <QRandomGenerator>

namespace nextchat::chat {

QString logUnforeseen(const QString &what)
{
    const QString id = QString::number(QRandomGenerator::global()->generate(), 16);
    qCCritical(chatLog, "unforeseen error %s: %s", qUtf8Printable(id), qUtf8Printable(what));
    return texts::unexpected(id);
}

Error forCaller(const Error &error, QStringView groupId)
{
    switch (error.code) {
    case Error::Code::NotFound:
        return {error.code, texts::unknownGroup(groupId)};
    case Error::Code::NotMember:
        return {error.code, texts::notMember(groupId)};
    case Error::Code::Conflict:
        return {error.code, texts::clientMessageIdReused()};
    case Error::Code::LimitReached:
        return {error.code, texts::tooManyGroups()};
    case Error::Code::Unavailable:
    case Error::Code::UnknownOutcome:
    case Error::Code::TimedOut:
        return {Error::Code::Unavailable, texts::messagingUnavailable()};
    default:
        return {Error::Code::Internal, logUnforeseen(error.message)};
    }
}

Error forSender(const Error &error, QStringView groupId)
{
    if (error.code == Error::Code::UnknownOutcome || error.code == Error::Code::TimedOut)
        return {Error::Code::UnknownOutcome, texts::unknownOutcome()};
    return forCaller(error, groupId);
}

Error historyForCaller(const Error &error)
{
    if (error.retryable())
        return {Error::Code::Unavailable, texts::historyUnavailable()};
    return {Error::Code::Internal, logUnforeseen(error.message)};
}

} // namespace nextchat::chat
