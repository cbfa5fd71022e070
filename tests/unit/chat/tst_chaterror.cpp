// SPDX-License-Identifier: MIT
#include "common/chat/chaterror.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::chat;

class ChatErrorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTheCode_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<Error::Code>("code");
        const auto row = [](const char *text, Error::Code code) {
            QTest::newRow(text) << QString::fromUtf8(text) << code;
        };
        row("Group 'x' does not exist.", Error::Code::NotFound);
        row("You are not a member of group 'x'.", Error::Code::NotMember);
        row("A message must be 1 to 4096 characters and not blank.", Error::Code::InvalidArgument);
        row("The limit must be between 1 and 200.", Error::Code::InvalidArgument);
        row("This client message id was already used for another message.", Error::Code::Conflict);
        row("Too many requests; slow down.", Error::Code::Unavailable);
        row("You are in too many groups.", Error::Code::LimitReached);
        row("There are too many groups.", Error::Code::LimitReached);
        row("Messaging is temporarily unavailable; try again.", Error::Code::Unavailable);
        row("It is not known whether the message was sent; look before you send it again.",
            Error::Code::UnknownOutcome);
        row("History is temporarily unavailable; try again.", Error::Code::Unavailable);
        row("An unexpected error occurred (0815).", Error::Code::Internal);
    }

    void namesTheCode()
    {
        QFETCH(QString, text);
        QFETCH(Error::Code, code);
        const QString wire =
            u"An unexpected error occurred invoking 'PostMessage' on the server. HubException: "_qs + text;
        QCOMPARE(chatError({Error::Code::Internal, wire}), (Error{code, text}));
    }

    void leavesOthersAlone()
    {
        const Error lost{Error::Code::UnknownOutcome, u"lost"_qs};
        QCOMPARE(chatError(lost), lost);
        const Error thrown{Error::Code::Internal,
                           u"An unexpected error occurred invoking 'X' on the server."_qs};
        QCOMPARE(chatError(thrown), thrown);
        const Error wrong{Error::Code::Internal, u"Failed to invoke 'X' due to an error on the server."_qs};
        QCOMPARE(chatError(wrong).code, Error::Code::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(ChatErrorTest)

#include "tst_chaterror.moc"
