// SPDX-License-Identifier: MIT
#include "common/chat/chaterror.h"

#include "common/chat/rules.h"
#include "common/signalr/huberror.h"

namespace nextchat::chat {

namespace {

Error::Code codeOf(const QString &text)
{
    if (text == texts::messagingUnavailable() || text == texts::historyUnavailable()
        || text == texts::tooManyRequests())
        return Error::Code::Unavailable;
    if (text == texts::unknownOutcome())
        return Error::Code::UnknownOutcome;
    if (text == texts::clientMessageIdReused())
        return Error::Code::Conflict;
    if (text == texts::tooManyGroups() || text == texts::tooManyGroupsOfConnection())
        return Error::Code::LimitReached;
    if (text.startsWith(u"You are not a member of group '"))
        return Error::Code::NotMember;
    if (text.startsWith(u"Group '"))
        return Error::Code::NotFound;
    if (text.startsWith(u"An unexpected error occurred"))
        return Error::Code::Internal;
    return Error::Code::InvalidArgument; // all others of the contract are complaints about arguments
}

} // namespace

Error chatError(const Error &callError)
{
    if (callError.code != Error::Code::Internal)
        return callError;
    if (std::optional<QString> text = signalr::hubExceptionText(callError.message)) {
        const Error::Code code = codeOf(*text);
        return {code, std::move(*text)};
    }
    if (callError.message.startsWith(u"Failed to invoke '")) // wrong arguments, unknown method
        return {Error::Code::InvalidArgument, callError.message};
    return callError;
}

} // namespace nextchat::chat
