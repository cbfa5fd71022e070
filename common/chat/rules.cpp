// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"

namespace nextchat::chat {

bool isValidId(QStringView id)
{
    if (id.isEmpty() || id.size() > maximumIdLength || !id.isValidUtf16())
        return false;
    if (id.front().isSpace() || id.back().isSpace())
        return false;
    return std::none_of(id.begin(), id.end(), [](QChar c) { return c.category() == QChar::Other_Control; });
}

bool isValidText(QStringView text)
{
    return !text.isEmpty() && text.size() <= maximumTextLength && text.isValidUtf16()
        && std::any_of(text.begin(), text.end(), [](QChar c) { return !c.isSpace(); });
}

bool isValidClientMessageId(QStringView id)
{
    return !id.isEmpty() && id.size() <= maximumIdLength && id.isValidUtf16();
}

bool isValidSearchText(QStringView text)
{
    return text.size() >= minimumSearchLength && text.size() <= maximumSearchLength && text.isValidUtf16();
}

QString printable(QStringView id)
{
    const QStringView cut = id.left(maximumIdLength);
    QString shown;
    for (qsizetype i = 0; i < cut.size(); ++i) {
        char32_t c = cut[i].unicode();
        if (cut[i].isHighSurrogate() && i + 1 < cut.size() && cut[i + 1].isLowSurrogate()) {
            c = QChar::surrogateToUcs4(cut[i], cut[i + 1]);
            ++i;
        }
        const bool breaksLine =
            QChar::category(c) == QChar::Separator_Line || QChar::category(c) == QChar::Separator_Paragraph;
        // Half a pair, at the cut or in the id, is not printable either.
        shown += QChar::isPrint(c) && !breaksLine ? QString::fromUcs4(&c, 1) : QStringLiteral("?");
    }
    return shown;
}

namespace texts {

QString unknownGroup(QStringView groupId)
{
    return u"Group '" % printable(groupId) % u"' does not exist.";
}

QString notMember(QStringView groupId)
{
    return u"You are not a member of group '" % printable(groupId) % u"'.";
}

QString badGroupId()
{
    return QStringLiteral(
        "A group id must be 1 to 64 characters, without control characters and without leading or "
        "trailing blanks.");
}

QString badText()
{
    return QStringLiteral("A message must be 1 to 4096 characters and not blank.");
}

QString badClientMessageId()
{
    return QStringLiteral("A client message id must be 1 to 64 characters.");
}

QString clientMessageIdReused()
{
    return QStringLiteral("This client message id was already used for another message.");
}

QString badSearchText()
{
    return u"The search text must be between " % QString::number(minimumSearchLength) % u" and "
        % QString::number(maximumSearchLength) % u" characters.";
}

QString badRange(QStringView what, qint64 least, qint64 most)
{
    return u"The " % what.toString() % u" must be between " % QString::number(least) % u" and "
        % QString::number(most) % u'.';
}

QString tooManyRequests()
{
    return QStringLiteral("Too many requests; slow down.");
}

QString tooManyGroupsOfConnection()
{
    return QStringLiteral("You are in too many groups.");
}

QString tooManyGroups()
{
    return QStringLiteral("There are too many groups.");
}

QString messagingUnavailable()
{
    return QStringLiteral("Messaging is temporarily unavailable; try again.");
}

QString unknownOutcome()
{
    return QStringLiteral("It is not known whether the message was sent; look before you send it again.");
}

QString historyUnavailable()
{
    return QStringLiteral("History is temporarily unavailable; try again.");
}

QString unexpected(QStringView errorId)
{
    return u"An unexpected error occurred (" % errorId.toString() % u").";
}

} // namespace texts

} // namespace nextchat::chat
