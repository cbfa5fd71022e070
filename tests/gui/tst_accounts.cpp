// SPDX-License-Identifier: MIT
#include "tests/gui/desktopfixture.h"
#include "tests/integration/usertokens.h"

#include <QComboBox>
#include <QDirIterator>
#include <QFile>
#include <QLineEdit>
#include <QLoggingCategory>
#include <QMessageBox>
#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

namespace {

const QString group = u"lobby"_qs;

// What a keyring holds, beyond the program that uses it.
QHash<QString, QString> secrets;

class FakeKeyring : public QObject, public Keyring
{
public:
    void read(const QString &key, std::function<void(QString)> answer) override
    {
        QMetaObject::invokeMethod(
            this, [key, answer = std::move(answer)] { answer(secrets.value(key)); }, Qt::QueuedConnection);
    }
    void write(const QString &key, const QString &secret) override { secrets.insert(key, secret); }
    void remove(const QString &key) override { secrets.remove(key); }
};

std::unique_ptr<Keyring> fakeKeyring()
{
    return std::make_unique<FakeKeyring>();
}

QByteArray logged; // of everything, at every level

void record(QtMsgType, const QMessageLogContext &, const QString &text)
{
    logged += text.toUtf8() + '\n';
}

bool isInAFileOf(const QString &folder, const QByteArray &word)
{
    QDirIterator files(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        if (file.open(QIODevice::ReadOnly) && file.readAll().contains(word))
            return true;
    }
    return false;
}

} // namespace

// Saved servers and their tokens, against a server that wants tokens.
class AccountsTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_keys;
    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<QTemporaryDir> m_folder;

    [[nodiscard]] SavedServer ann() const { return {m_server->url(), u"ann"_qs}; }

    static QLineEdit *tokenField(DesktopFixture &client)
    {
        return client.desktop().dialog()->findChild<QLineEdit *>(u"token"_qs);
    }

    static void connectAs(DesktopFixture &client, const QString &token)
    {
        tokenField(client)->setText(token);
        QTest::mouseClick(client.desktop().dialog()->findChild<QPushButton *>(u"connect"_qs), Qt::LeftButton);
    }

    // Whether the dialog asks for a token and not for anything else.
    static bool asksForToken(DesktopFixture &client)
    {
        const ConnectDialog *dialog = client.desktop().dialog();
        const auto *problem = dialog ? dialog->findChild<QLabel *>(u"problem"_qs) : nullptr;
        return problem && problem->isVisible() && problem->text().contains(u"wants a valid token");
    }

    void connectForTheFirstTime(DesktopFixture &client, const QString &token)
    {
        client.desktop().ask();
        client.desktop().dialog()->setServer(ann());
        connectAs(client, token);
        QTRY_VERIFY_WITH_TIMEOUT(client.desktop().window(), longest);
        QTRY_COMPARE_WITH_TIMEOUT(client.session().link(), Session::Link::Online, longest);
    }

private Q_SLOTS:
    void init()
    {
        failOnWarnings();
        secrets.clear();
        QFile key(m_keys.filePath(u"token.key"_qs));
        QVERIFY(key.open(QIODevice::WriteOnly) && key.write(tokenSecret) > 0);
        key.close();
        m_server = std::make_unique<ServerProcess>(QStringList{
            u"--auth"_qs, u"jwt"_qs, u"--set"_qs, QString(u"auth.jwt.keys="_qs % key.fileName())});
        QVERIFY2(m_server->start(), m_server->standardError().constData());
        m_folder = std::make_unique<QTemporaryDir>();
    }

    void cleanup() { m_server.reset(); }

    void whatTheCommandLineSaysIsFilledIn()
    {
        DesktopFixture client(m_folder->path());
        client.desktop().askAbout({ann().url, {}});
        const auto *address = client.desktop().dialog()->findChild<QComboBox *>();
        const auto *name = client.desktop().dialog()->findChild<QLineEdit *>(u"user"_qs);
        QCOMPARE(address->currentText(), ann().url.toString());
        QCOMPARE(name->text(), QString());
        client.desktop().askAbout({QUrl(), u"ben"_qs});
        QCOMPARE(address->currentText(), ann().url.toString());
        QCOMPARE(name->text(), u"ben"_qs);
    }

    void aTokenIsAskedForWhereTheServerWantsOne()
    {
        DesktopFixture client(m_folder->path());
        client.desktop().ask();
        client.desktop().dialog()->setServer(ann());
        connectAs(client, {});
        QTRY_VERIFY_WITH_TIMEOUT(asksForToken(client), longest);
        QVERIFY(!client.desktop().window());
        connectAs(client, u"nonsense"_qs);
        auto *problem = client.desktop().dialog()->findChild<QLabel *>(u"problem"_qs);
        QTRY_VERIFY_WITH_TIMEOUT(problem->text().contains(u"401"), longest);
        QVERIFY(!client.desktop().settings().wantsToken(ann())); // nothing is kept that was not accepted
        connectAs(client, QString::fromUtf8(tokenOf(u"ann"_qs)));
        QTRY_VERIFY_WITH_TIMEOUT(client.desktop().window(), longest);
        QVERIFY(client.enter(group));
        client.type(u"hello"_qs);
        QTRY_COMPARE_WITH_TIMEOUT(client.texts(), QStringList({u"hello"_qs}), longest);
        QTRY_VERIFY_WITH_TIMEOUT(client.messages()->lastSeq() > 0, longest);
        QVERIFY(client.messages()->row(0).isOwn());
    }

    void aTokenOfSomebodyElseIsNotTried()
    {
        DesktopFixture client(m_folder->path(), fakeKeyring);
        client.desktop().ask();
        client.desktop().dialog()->setServer(ann());
        connectAs(client, QString::fromUtf8(tokenOf(u"ben"_qs)));
        const auto *problem = client.desktop().dialog()->findChild<QLabel *>(u"problem"_qs);
        QVERIFY(problem->isVisible());
        QVERIFY2(problem->text().contains(u"for “ben”, not for “ann”"), qPrintable(problem->text()));
        QVERIFY(!client.desktop().session());
        auto *user = client.desktop().dialog()->findChild<QLineEdit *>(u"user"_qs);
        user->setText(u"ben"_qs);
        connectAs(client, tokenField(client)->text());
        QTRY_VERIFY_WITH_TIMEOUT(client.desktop().window(), longest);
        QTRY_COMPARE_WITH_TIMEOUT(client.session().link(), Session::Link::Online, longest);

        client.desktop().connectTo(ann(), QString::fromUtf8(tokenOf(u"ben"_qs))); // of the command line
        problem = client.desktop().dialog()->findChild<QLabel *>(u"problem"_qs);
        QVERIFY(problem->isVisible());
        QVERIFY(!client.desktop().session());
        user = client.desktop().dialog()->findChild<QLineEdit *>(u"user"_qs);
        QCOMPARE(user->text(), u"ann"_qs);
    }

    void aTokenFillsInTheNameOfItsBearer()
    {
        DesktopFixture client(m_folder->path(), fakeKeyring);
        client.desktop().ask();
        client.desktop().dialog()->setServer({m_server->url(), {}});
        const auto *user = client.desktop().dialog()->findChild<QLineEdit *>(u"user"_qs);
        connectAs(client, QString::fromUtf8(tokenOf(u"ann"_qs)));
        QCOMPARE(user->text(), u"ann"_qs);
        QTRY_VERIFY_WITH_TIMEOUT(client.desktop().window(), longest);
        QCOMPARE(client.session().user(), u"ann"_qs);
    }

    void theKeyringKeepsATokenOverRestarts()
    {
        const QString token = QString::fromUtf8(tokenOf(u"ann"_qs));
        DesktopFixture client(m_folder->path(), fakeKeyring);
        connectForTheFirstTime(client, token);
        QCOMPARE(secrets.values(), QStringList({token}));
        client.restart(ann());
        QTRY_COMPARE_WITH_TIMEOUT(client.session().link(), Session::Link::Online, longest);
        secrets.clear();
        client.restart(ann());
        QTRY_VERIFY_WITH_TIMEOUT(asksForToken(client), longest);
        QTRY_VERIFY_WITH_TIMEOUT(tokenField(client)->hasFocus(), longest);
    }

    void withoutAKeyringATokenIsAskedForAgain()
    {
        DesktopFixture client(m_folder->path());
        connectForTheFirstTime(client, QString::fromUtf8(tokenOf(u"ann"_qs)));
        client.desktop().ask(); // another account, and back: still known
        connectAs(client, {});
        QTRY_VERIFY_WITH_TIMEOUT(client.desktop().window(), longest);
        client.restart(ann());
        QTRY_VERIFY_WITH_TIMEOUT(asksForToken(client), longest);
    }

    void aTokenThatEndsIsAskedForAgain()
    {
        DesktopFixture client(m_folder->path(), fakeKeyring);
        connectForTheFirstTime(client, QString::fromUtf8(tokenOf(u"ann"_qs)));
        QVERIFY(client.enter(group));
        QTest::keyClicks(client.page().composer().edit(), u"half a sent"_qs);
        QFile key(m_keys.filePath(u"token.key"_qs)); // no token of before is good any more
        const QByteArray other = "fedcba9876543210fedcba9876543210";
        QVERIFY(key.open(QIODevice::WriteOnly) && key.write(other) > 0);
        key.close();
        QVERIFY(m_server->restart());
        QTRY_COMPARE_WITH_TIMEOUT(client.session().link(), Session::Link::Stopped, 60'000);
        auto *banner = client.window().findChild<QLabel *>(u"bannerText"_qs);
        QTRY_VERIFY_WITH_TIMEOUT(banner->isVisible(), longest);
        QTest::mouseClick(client.window().findChild<LinkBanner *>()->findChild<QPushButton *>(),
                          Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(asksForToken(client), longest);
        connectAs(client, QString::fromUtf8(tokenOf(u"ann"_qs, 600, other)));
        QTRY_VERIFY_WITH_TIMEOUT(client.desktop().window(), longest);
        QTRY_COMPARE_WITH_TIMEOUT(client.session().link(), Session::Link::Online, longest);
        QTRY_COMPARE_WITH_TIMEOUT(client.page().composer().text(), u"half a sent"_qs, longest);
    }

    void aTokenIsInNoFileAndInNoLog()
    {
        const QByteArray token = tokenOf(u"ann"_qs);
        logged.clear();
        QLoggingCategory::setFilterRules(u"*=true"_qs);
        const QtMessageHandler before = qInstallMessageHandler(record);
        {
            DesktopFixture client(m_folder->path(), fakeKeyring);
            connectForTheFirstTime(client, QString::fromUtf8(token));
            QVERIFY(client.enter(group));
        }
        qInstallMessageHandler(before);
        QLoggingCategory::setFilterRules({});
        QVERIFY(!logged.isEmpty());
        QVERIFY(!logged.contains(token));
        QVERIFY(isInAFileOf(m_folder->path(), m_server->url().toEncoded())); // a search that finds something
        QVERIFY(!isInAFileOf(m_folder->path(), token));
        QVERIFY(!m_server->standardError().contains(token));
    }

    void anAddressIsKeptWithoutSecrets()
    {
        QCOMPARE(*serverUrl(u"https://ann:pw@chat.example/hub?access_token=x"_qs),
                 QUrl(u"https://chat.example/hub"_qs));
        QCOMPARE(*serverUrl(u"chat.example"_qs), QUrl(u"http://chat.example/next-chat"_qs));
        QVERIFY(!serverUrl(u"ftp://chat.example"_qs));
    }

    void aSavedServerIsForgottenAfterAQuestion()
    {
        const QString token = QString::fromUtf8(tokenOf(u"ann"_qs));
        DesktopFixture client(m_folder->path(), fakeKeyring);
        connectForTheFirstTime(client, token);
        QVERIFY(client.enter(group));
        client.type(u"a message that is kept"_qs);
        QTRY_VERIFY_WITH_TIMEOUT(client.messages()->lastSeq() > 0, longest);
        QTest::keyClicks(client.page().composer().edit(), u"a draft that is kept"_qs);
        client.desktop().ask();
        QVERIFY(isInAFileOf(m_folder->path(), "a message that is kept"));
        QVERIFY(isInAFileOf(m_folder->path(), "a draft that is kept"));

        ConnectDialog *dialog = client.desktop().dialog();
        auto *forget = dialog->findChild<QToolButton *>(u"forget"_qs);
        const auto answer = [&](QMessageBox::ButtonRole role) {
            QTest::mouseClick(forget, Qt::LeftButton);
            auto *box = dialog->findChild<QMessageBox *>();
            for (QAbstractButton *button : box->buttons()) {
                if (box->buttonRole(button) == role)
                    QTest::mouseClick(button, Qt::LeftButton);
            }
            QTRY_VERIFY_WITH_TIMEOUT(!dialog->findChild<QMessageBox *>(), longest);
        };
        QVERIFY(forget->isVisible());
        answer(QMessageBox::RejectRole);
        QCOMPARE(client.desktop().settings().servers(), QList<SavedServer>({ann()}));
        QCOMPARE(secrets.size(), 1);

        answer(QMessageBox::DestructiveRole);
        QVERIFY(client.desktop().settings().servers().isEmpty());
        QVERIFY(!client.desktop().settings().wantsToken(ann()));
        QVERIFY(secrets.isEmpty());
        QVERIFY(!isInAFileOf(m_folder->path(), "that is kept"));
        QVERIFY(!forget->isVisible());
        connectForTheFirstTime(client, token); // it may be entered anew
        QCOMPARE(client.session().conversations().rowCount(), 0);
    }
};

QTEST_MAIN(AccountsTest)

#include "tst_accounts.moc"
