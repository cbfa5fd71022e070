// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>
#include <QStringView>

// The contract's rules for what a caller may say (contract.md 1.4) and the texts of its errors (1.5), shared
// by the server, which refuses, and the clients, which refuse before they send.
namespace nextchat::chat {

constexpr qsizetype maximumIdLength = 64; // UTF-16 code units: group, user and client message ids
constexpr qsizetype maximumTextLength = 4096; // UTF-16 code units
constexpr qsizetype minimumSearchLength = 2; // likewise
constexpr qsizetype maximumSearchLength = 64;

[[nodiscard]] bool isValidId(QStringView id); // a group or user id
[[nodiscard]] bool isValidText(QStringView text); // valid Unicode, not blank
[[nodiscard]] bool isValidClientMessageId(QStringView id);
[[nodiscard]] bool isValidSearchText(QStringView text); // 2 to 64 code units of valid Unicode

// `id` shortened to 64 code units, with unprintable characters replaced by '?'; for error texts.
[[nodiscard]] QString printable(QStringView id);

namespace texts {

[[nodiscard]] QString unknownGroup(QStringView groupId);
[[nodiscard]] QString notMember(QStringView groupId);
[[nodiscard]] QString badGroupId();
[[nodiscard]] QString badText();
[[nodiscard]] QString badClientMessageId();
[[nodiscard]] QString clientMessageIdReused();
[[nodiscard]] QString badSearchText();
// E.g. badRange(u"limit", 1, 200): `The limit must be between 1 and 200.`
[[nodiscard]] QString badRange(QStringView what, qint64 least, qint64 most);
[[nodiscard]] QString tooManyRequests();
[[nodiscard]] QString tooManyGroupsOfConnection();
[[nodiscard]] QString tooManyGroups();
[[nodiscard]] QString messagingUnavailable();
[[nodiscard]] QString unknownOutcome();
[[nodiscard]] QString historyUnavailable();
[[nodiscard]] QString unexpected(QStringView errorId);

} // namespace texts

} // namespace nextchat::chat
