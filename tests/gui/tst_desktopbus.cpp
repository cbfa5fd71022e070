// SPDX-License-Identifier: MIT
#include "client-gui/view/colourscheme.h"
#include "client-gui/view/notifier.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusVariant>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::desktop;

// What a desktop has: the portal's settings.
class FakePortal : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")

public:
    uint scheme = 0;

public Q_SLOTS:
    QDBusVariant Read(const QString &group, const QString &key)
    {
        const bool known = group == u"org.freedesktop.appearance" && key == u"color-scheme";
        // As the portal does, one variant in another.
        return known ? QDBusVariant(QVariant::fromValue(QDBusVariant(scheme))) : QDBusVariant(QString());
    }

Q_SIGNALS:
    void SettingChanged(const QString &group, const QString &key, const QDBusVariant &value);
};

// Likewise, the notifications.
class FakeNotifications : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

public:
    QStringList shown; // title|body|replaced
    QList<uint> closed;

public Q_SLOTS:
    uint Notify(const QString &, uint replaces, const QString &, const QString &title, const QString &body,
                const QStringList &, const QVariantMap &, int)
    {
        shown.append(title % u'|' % body % u'|' % QString::number(replaces));
        return 7;
    }
    void CloseNotification(uint id) { closed.append(id); }

Q_SIGNALS:
    void ActionInvoked(uint id, const QString &action);
};

// What the desktop client says to the desktop, and hears from it, over a bus of the test's own.
class DesktopBusTest : public QObject
{
    Q_OBJECT

private:
    QProcess m_bus;
    FakePortal m_portal;
    FakeNotifications m_notifications;

    static QDBusConnection desktop() { return QDBusConnection(u"desktop"_qs); }

private Q_SLOTS:
    void initTestCase()
    {
        m_bus.start(u"dbus-daemon"_qs, {u"--session"_qs, u"--nofork"_qs, u"--print-address"_qs});
        QVERIFY(m_bus.waitForReadyRead(20'000));
        const QByteArray address = m_bus.readLine().trimmed();
        qputenv("DBUS_SESSION_BUS_ADDRESS", address);
        QDBusConnection bus = QDBusConnection::connectToBus(QString::fromUtf8(address), u"desktop"_qs);
        QVERIFY(bus.registerObject(u"/org/freedesktop/portal/desktop"_qs, &m_portal,
                                   QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
        QVERIFY(bus.registerObject(u"/org/freedesktop/Notifications"_qs, &m_notifications,
                                   QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
        QVERIFY(bus.registerService(u"org.freedesktop.portal.Desktop"_qs));
        QVERIFY(bus.registerService(u"org.freedesktop.Notifications"_qs));
    }

    void cleanupTestCase()
    {
        QDBusConnection::disconnectFromBus(u"desktop"_qs);
        m_bus.kill();
        m_bus.waitForFinished();
    }

    void theSchemeAtStartIsThatOfTheDesktop()
    {
        m_portal.scheme = 1;
        const ColourScheme scheme;
        QTRY_VERIFY(scheme.isDark());
    }

    void aNotificationIsShownFollowedAndWithdrawn()
    {
        const QTemporaryDir folder;
        Settings settings(folder.filePath(u"s.ini"_qs));
        Notifier notifier(settings);
        const QSignalSpy activated(&notifier, &Notifier::activated);
        notifier.show({u"lobby"_qs, u"bob"_qs, u"a < b"_qs});
        QTRY_COMPARE(m_notifications.shown, QStringList({u"bob|a &lt; b|0"_qs}));
        // The answer to the call comes after it: until then the number is not known.
        QTRY_VERIFY([&] {
            Q_EMIT m_notifications.ActionInvoked(7, u"default"_qs);
            return QTest::qWaitFor([&] { return !activated.isEmpty(); }, 100);
        }());
        QCOMPARE(activated.at(0).at(0).toString(), u"lobby"_qs);
        notifier.show({u"lobby"_qs, u"bob"_qs, u"c"_qs});
        QTRY_COMPARE(m_notifications.shown.value(1), u"bob|c|7"_qs); // in place of the first
        notifier.withdraw(u"lobby"_qs);
        QTRY_COMPARE(m_notifications.closed, QList<uint>({7}));
    }
};

QTEST_MAIN(DesktopBusTest)

#include "tst_desktopbus.moc"
