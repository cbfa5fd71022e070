// SPDX-License-Identifier: MIT
#include "tests/gui/desktopfixture.h"

#include "tests/support/waitfor.h"

#include <QRegularExpression>
#include <QTest>

namespace nextchat::test {

using namespace std::chrono_literals;

DesktopFixture::DesktopFixture(const QString &folder, MakeKeyring makeKeyring)
    : m_makeKeyring(std::move(makeKeyring))
    , m_folder(folder)
{
    begin();
}

void DesktopFixture::begin()
{
    m_desktop = std::make_unique<desktop::Desktop>(
        desktop::DesktopPaths{m_folder % u"/desktop.ini", m_folder % u"/accounts"},
        m_makeKeyring ? m_makeKeyring() : nullptr);
}

const desktop::MessageList *DesktopFixture::messages()
{
    const desktop::Conversation *conversation = page().conversation();
    return conversation ? &conversation->messages() : nullptr;
}

void DesktopFixture::start(const QUrl &url, const QString &user)
{
    m_url = url;
    m_user = user;
    m_desktop->connectTo({url, user}, {});
    window().activateWindow(); // not showFront(): the platform of the tests has no raise()
    (void)QTest::qWaitForWindowActive(&window());
}

bool DesktopFixture::enter(const QString &groupId)
{
    if (!QTest::qWaitFor([this] { return session().link() == desktop::Session::Link::Online; }, 20'000))
        return false;
    const auto entered = test::waitFor(session().create(groupId));
    if (!entered || !*entered)
        return false;
    window().open(groupId);
    return true;
}

void DesktopFixture::type(const QString &text)
{
    QTest::keyClicks(page().composer().edit(), text);
    QTest::keyClick(page().composer().edit(), Qt::Key_Return);
}

QStringList DesktopFixture::texts()
{
    QStringList shown;
    if (const desktop::MessageList *list = messages()) {
        for (int row = 0; row < list->rowCount(); ++row)
            shown.append(list->row(row).text);
    }
    return shown;
}

DesktopFixture::~DesktopFixture()
{
    m_desktop.reset();
    QCoreApplication::processEvents(); // whoever waited for an answer is told that there is none
}

void DesktopFixture::end()
{
    m_desktop.reset();
}

void DesktopFixture::restart()
{
    end();
    begin();
    start(m_url, m_user);
}

void DesktopFixture::restart(const desktop::SavedServer &server)
{
    m_desktop.reset();
    begin();
    m_desktop->connectTo(server, {});
}

void OneDesktop::begin(const QStringList &serverArguments)
{
    failOnWarnings();
    m_server = std::make_unique<ServerProcess>(serverArguments);
    QVERIFY2(m_server->start(), m_server->standardError().constData());
    m_folder = std::make_unique<QTemporaryDir>();
    m_ann = std::make_unique<DesktopFixture>(m_folder->path());
    m_ann->start(m_server->url(), QStringLiteral("ann"));
    QVERIFY(m_ann->enter(group));
}

void OneDesktop::end()
{
    m_ann.reset();
    m_server.reset();
}

void failOnWarnings()
{
    QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support)")));
}

std::unique_ptr<chat::ChatClient> somebody(const QUrl &url, const QString &name, const QString &groupId)
{
    chat::ChatClientOptions options;
    options.url = url;
    options.accessToken = [name] { return name; };
    options.reconnect = {.delays = {0ms, 50ms, 100ms, 200ms}, .forever = true};
    auto client = std::make_unique<chat::ChatClient>(options);
    const auto started = test::waitFor(client->start());
    if (!started || !*started)
        return nullptr;
    const auto created = test::waitFor(client->createGroup(groupId));
    const auto joined = test::waitFor(client->joinGroup(groupId));
    return created && *created && joined && *joined == chat::GroupJoinResult::Ok ? std::move(client)
                                                                                 : nullptr;
}

bool say(chat::ChatClient &who, const QString &groupId, const QString &text)
{
    const auto said = test::waitFor(who.sendMessage(groupId, text));
    return said && *said;
}

} // namespace nextchat::test
