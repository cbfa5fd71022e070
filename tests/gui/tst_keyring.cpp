// SPDX-License-Identifier: MIT
#include "client-gui/model/tokenstore.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::desktop;

// Tokens in a keyring that a desktop has, over a bus of the test's own.
class KeyringTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_home;
    QProcess m_bus;
    QProcess m_daemon;
    const SavedServer m_ann{QUrl(u"http://chat.example/next-chat"_qs), u"ann"_qs};
    const SavedServer m_bob{m_ann.url, u"bob"_qs};

    // By a store that has it from the keyring alone.
    static std::optional<QString> found(const SavedServer &server)
    {
        TokenStore store(systemKeyring());
        std::optional<QString> token;
        store.find(server, [&token](const QString &kept) { token = kept; });
        return QTest::qWaitFor([&] { return token.has_value(); }, 60'000) ? token : std::nullopt;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!systemKeyring())
            QSKIP("This build has no QtKeychain.");
        if (QStandardPaths::findExecutable(u"gnome-keyring-daemon"_qs).isEmpty())
            QSKIP("There is no gnome-keyring-daemon.");
        m_bus.start(u"dbus-daemon"_qs, {u"--session"_qs, u"--nofork"_qs, u"--print-address"_qs});
        QVERIFY(m_bus.waitForReadyRead(20'000));
        qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.readLine().trimmed());
        for (const char *folder : {"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"})
            qputenv(folder, m_home.path().toLocal8Bit());
        m_daemon.start(u"gnome-keyring-daemon"_qs,
                       {u"--foreground"_qs, u"--unlock"_qs, u"--components=secrets"_qs});
        m_daemon.write("password");
        m_daemon.closeWriteChannel();
        QTRY_VERIFY_WITH_TIMEOUT(
            QDBusConnection::sessionBus().interface()->isServiceRegistered(u"org.freedesktop.secrets"_qs),
            60'000);
    }

    void cleanupTestCase()
    {
        for (QProcess *process : {&m_daemon, &m_bus}) {
            process->kill();
            process->waitForFinished();
        }
    }

    void aTokenOutlivesTheProgram()
    {
        QCOMPARE(found(m_ann), QString());
        {
            TokenStore store(systemKeyring());
            store.keep(m_ann, u"a secret"_qs);
            store.keep(m_bob, u"another"_qs);
        }
        QCOMPARE(found(m_bob), u"another"_qs);
        QCOMPARE(found(m_ann), u"a secret"_qs);
        TokenStore(systemKeyring()).forget(m_ann);
        QTRY_COMPARE(found(m_ann), QString());
        QCOMPARE(found(m_bob), u"another"_qs);
    }
};

QTEST_GUILESS_MAIN(KeyringTest)

#include "tst_keyring.moc"
