// SPDX-License-Identifier: MIT
#include "client-gui/model/settings.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::desktop;

class SettingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void choicesAreKept()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(u"s.ini"_qs);
        const SavedServer one{QUrl(u"http://a/next-chat"_qs), u"ann"_qs};
        const SavedServer two{QUrl(u"http://b/next-chat"_qs), u"bob"_qs};
        {
            Settings settings(path);
            QCOMPARE(settings.scheme(), Settings::Scheme::System);
            QVERIFY(settings.enterSends() && settings.notifies() && !settings.doNotDisturb());
            const QSignalSpy told(&settings, &Settings::changed);
            settings.setScheme(Settings::Scheme::Dark);
            settings.setScheme(Settings::Scheme::Dark);
            QCOMPARE(told.size(), 1);
            settings.setTextSize(1000);
            settings.setDoNotDisturb(true);
            settings.rememberServer(one);
            settings.rememberServer(two);
            settings.rememberServer(one);
            settings.setWantsToken(one);
        }
        Settings settings(path);
        QCOMPARE(settings.scheme(), Settings::Scheme::Dark);
        QCOMPARE(settings.textSize(), Settings::largestText);
        QVERIFY(settings.doNotDisturb());
        QCOMPARE(settings.servers(), QList<SavedServer>({one, two}));
        QVERIFY(settings.wantsToken(one) && !settings.wantsToken(two));
        settings.forgetServer(one);
        QVERIFY(!settings.wantsToken(one));
        QCOMPARE(settings.servers(), QList<SavedServer>({two}));
    }
};

QTEST_GUILESS_MAIN(SettingsTest)

#include "tst_settings.moc"
