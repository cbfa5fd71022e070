// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <tl/expected.hpp>

namespace nextchat {

// Why an operation gave no result. `message` is one sentence for a person; it never holds a token or a chat
// text.
struct Error
{
    enum class Code {
        InvalidArgument, // the caller's value can never be accepted
        Unauthorized, // no identity, or one that was refused
        NotFound, // the named thing does not exist
        NotMember, // the caller is not in the group
        Conflict, // contradicts what is already there
        LimitReached, // a limit of the configuration or the contract
        Unavailable, // certainly not done; trying again may help
        UnknownOutcome, // may or may not have been done
        TimedOut,
        Cancelled,
        Protocol, // the peer broke the protocol
        Internal,
    };

    Code code = Code::Internal;
    QString message;

    // True when the same call may succeed later without any change by the caller.
    [[nodiscard]] bool retryable() const
    {
        return code == Code::Unavailable || code == Code::TimedOut || code == Code::UnknownOutcome;
    }

    friend bool operator==(const Error &, const Error &) = default;
};

template <typename T> using Expected = tl::expected<T, Error>;

// What a function that returns Expected<T> returns when it fails.
[[nodiscard]] inline tl::unexpected<Error> failure(Error::Code code, QString message)
{
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

} // namespace nextchat
