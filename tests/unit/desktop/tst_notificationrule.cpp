// SPDX-License-Identifier: MIT
#include "client-gui/model/notificationrule.h"
#include "tests/unit/desktop/messages.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

class NotificationRuleTest : public QObject
{
    Q_OBJECT

private:
    static Conversation *conversation(bool muted, QObject *parent)
    {
        GroupRecord record;
        record.groupId = u"lobby"_qs;
        record.muted = muted;
        return new Conversation(record, u"ann"_qs, parent);
    }

private Q_SLOTS:
    void aMessageIsToldWithItsText()
    {
        QObject owner;
        const auto told =
            notificationFor(*conversation(false, &owner), {message(1, u"bob"_qs, u"hi\nyou"_qs)}, {});
        QVERIFY(told);
        QCOMPARE(*told, (Notification{u"lobby"_qs, u"bob · lobby"_qs, u"hi you"_qs}));
    }

    void nothingIsToldWhereItIsNotWanted()
    {
        QObject owner;
        const Conversation &loud = *conversation(false, &owner);
        const QList<chat::Message> messages{message(1, u"bob"_qs)};
        QVERIFY(!notificationFor(loud, messages, {.wanted = false}));
        QVERIFY(!notificationFor(loud, messages, {.doNotDisturb = true}));
        QVERIFY(!notificationFor(loud, messages, {.isLookedAt = true}));
        QVERIFY(!notificationFor(loud, {message(1, u"ann"_qs)}, {}));
        QVERIFY(!notificationFor(*conversation(true, &owner), messages, {}));
    }

    void aMentionIsToldWhereItIsMuted()
    {
        QObject owner;
        QVERIFY(notificationFor(*conversation(true, &owner), {message(1, u"bob"_qs, u"@ann!"_qs)}, {}));
    }

    void theTextMayBeKeptBack()
    {
        QObject owner;
        const auto told = notificationFor(*conversation(false, &owner), {message(1, u"bob"_qs, u"secret"_qs)},
                                          {.withText = false});
        QVERIFY(told && !told->body.contains(u"secret"));
    }
};

QTEST_GUILESS_MAIN(NotificationRuleTest)

#include "tst_notificationrule.moc"
