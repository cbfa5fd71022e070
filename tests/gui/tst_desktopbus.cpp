// SPDX-License-Identifier: MIT
#include "client-gui/view/appearance.h"
#include "client-gui/view/notifier.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusServiceWatcher>
#include <QDBusVariant>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::desktop;

namespace {

constexpr int longest = 30'000; // ms
const QString portalName = u"org.freedesktop.portal.Desktop"_qs;

} // namespace

// What a desktop has: the portal's settings.
class FakePortal : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")

public:
    uint scheme = 0;

    void say(uint now)
    {
        scheme = now;
        Q_EMIT SettingChanged(u"org.freedesktop.appearance"_qs, u"color-scheme"_qs, QDBusVariant(now));
    }

public Q_SLOTS:
    QDBusVariant Read(const QString &group, const QString &key)
    {
        const bool known = group == u"org.freedesktop.appearance" && key == u"color-scheme";
        // As the portal does, one variant in another.
        return known ? QDBusVariant(QVariant::fromValue(QDBusVariant(scheme))) : QDBusVariant(QString());
    }

Q_SIGNALS:
    void SettingChanged(const QString &, const QString &, const QDBusVariant &); // group, key, value
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
    void ActionInvoked(uint, const QString &); // id, action
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
        QVERIFY(bus.registerService(portalName));
        QVERIFY(bus.registerService(u"org.freedesktop.Notifications"_qs));
    }

    void cleanupTestCase()
    {
        QDBusConnection::disconnectFromBus(u"desktop"_qs);
        m_bus.kill();
        m_bus.waitForFinished();
    }

    // Before any other function: what QtDBus learns by the first message with a variant must not be needed.
    void aChangeOfTheSchemeIsFollowed()
    {
        m_portal.scheme = 1;
        ColourScheme scheme(false);
        QTRY_VERIFY_WITH_TIMEOUT(scheme.isDark(), longest);
        m_portal.say(2);
        QTRY_VERIFY_WITH_TIMEOUT(!scheme.isDark(), longest);
        Q_EMIT m_portal.SettingChanged(u"org.freedesktop.appearance"_qs, u"contrast"_qs, QDBusVariant(1U));
        m_portal.say(1);
        QTRY_VERIFY_WITH_TIMEOUT(scheme.isDark(), longest);
    }

    void theProgramChangesItsColoursWhileItRuns()
    {
        const QTemporaryDir folder;
        Settings settings(folder.filePath(u"s.ini"_qs));
        m_portal.scheme = 2;
        const Appearance appearance(settings);
        QVERIFY(!appearance.theme().dark);
        m_portal.say(1);
        QTRY_VERIFY_WITH_TIMEOUT(appearance.theme().dark, longest);
        QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::darkOne().ground);
        settings.setScheme(Settings::Scheme::Light); // what the user says goes before
        QVERIFY(!appearance.theme().dark);
        m_portal.say(2);
        m_portal.say(1);
        settings.setScheme(Settings::Scheme::System);
        QTRY_VERIFY_WITH_TIMEOUT(appearance.theme().dark, longest);
    }

    void aPortalMayComeLaterAndGo()
    {
        QDBusConnection bus = desktop();
        QVERIFY(bus.unregisterService(portalName));
        ColourScheme scheme(false);
        const QSignalSpy changed(&scheme, &ColourScheme::changed);
        m_portal.scheme = 1;
        QVERIFY(bus.registerService(portalName));
        QTRY_VERIFY_WITH_TIMEOUT(scheme.isDark(), longest);
        QVERIFY(bus.unregisterService(portalName));
        QTRY_VERIFY([&] {
            scheme.setPlatformIsDark(false); // news, once the portal is known to be gone
            return !scheme.isDark();
        }());
        m_portal.scheme = 1;
        QVERIFY(bus.registerService(portalName));
        QTRY_VERIFY_WITH_TIMEOUT(scheme.isDark(), longest);
        scheme.setPlatformIsDark(false);
        QVERIFY(scheme.isDark()); // the portal goes before
        QCOMPARE(changed.size(), 3);
    }

    void withoutAPortalThePaletteOfThePlatformIsFollowed()
    {
        QDBusConnection bus = desktop();
        QVERIFY(bus.unregisterService(portalName));
        const QTemporaryDir folder;
        Settings settings(folder.filePath(u"s.ini"_qs));
        const Appearance appearance(settings);
        QVERIFY(!appearance.theme().dark);
        const QPalette before = QApplication::palette();
        QPalette black;
        black.setColor(QPalette::All, QPalette::Window, Qt::black);
        black.setColor(QPalette::All, QPalette::AlternateBase, Qt::black);
        QApplication::setPalette(black);
        QTRY_VERIFY_WITH_TIMEOUT(appearance.theme().dark, longest);
        QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::darkOne().ground);
        QApplication::setPalette(before);
        QTRY_VERIFY_WITH_TIMEOUT(!appearance.theme().dark, longest);
        QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::light().ground);
        QVERIFY(bus.registerService(portalName));
    }

    void aNotificationIsShownFollowedAndWithdrawn()
    {
        const QTemporaryDir folder;
        Settings settings(folder.filePath(u"s.ini"_qs));
        Notifier notifier(settings);
        const QSignalSpy activated(&notifier, &Notifier::activated);
        notifier.show({u"lobby"_qs, u"bob"_qs, u"a < b"_qs});
        QTRY_COMPARE_WITH_TIMEOUT(m_notifications.shown, QStringList({u"bob|a &lt; b|0"_qs}), longest);
        Q_EMIT m_notifications.ActionInvoked(7, u"default"_qs); // comes after the answer to the call
        QTRY_COMPARE_WITH_TIMEOUT(activated.size(), 1, longest);
        QCOMPARE(activated.at(0).at(0).toString(), u"lobby"_qs);
        notifier.show({u"lobby"_qs, u"bob"_qs, u"c"_qs});
        QTRY_COMPARE_WITH_TIMEOUT(m_notifications.shown.value(1), u"bob|c|7"_qs,
                                  longest); // in place of the first
        notifier.withdraw(u"lobby"_qs);
        QTRY_VERIFY_WITH_TIMEOUT(m_notifications.closed.contains(7), longest);
        notifier.show({u"lobby"_qs, u"bob"_qs, u"d"_qs});
        QTRY_COMPARE_WITH_TIMEOUT(m_notifications.shown.value(2), u"bob|d|0"_qs, longest);
        const QDBusServiceWatcher watcher(u"org.freedesktop.Notifications"_qs, QDBusConnection::sessionBus());
        const QSignalSpy moved(&watcher, &QDBusServiceWatcher::serviceOwnerChanged);
        QVERIFY(desktop().unregisterService(u"org.freedesktop.Notifications"_qs));
        QVERIFY(desktop().registerService(u"org.freedesktop.Notifications"_qs));
        QTRY_COMPARE_WITH_TIMEOUT(moved.size(), 2, longest);
        notifier.show({u"lobby"_qs, u"bob"_qs, u"e"_qs});
        QTRY_COMPARE_WITH_TIMEOUT(m_notifications.shown.value(3), u"bob|e|0"_qs,
                                  longest); // another service has other numbers
    }

    void aNotificationIsWithdrawnBeforeItsNumberIsKnown()
    {
        const QTemporaryDir folder;
        Settings settings(folder.filePath(u"s.ini"_qs));
        Notifier notifier(settings);
        m_notifications.closed.clear();
        notifier.show({u"lobby"_qs, u"bob"_qs, u"a"_qs});
        notifier.withdraw(u"lobby"_qs);
        QTRY_COMPARE_WITH_TIMEOUT(m_notifications.closed, QList<uint>({7}), longest);
    }
};

QTEST_MAIN(DesktopBusTest)

#include "tst_desktopbus.moc"
