// SPDX-License-Identifier: MIT
// nextchat-desktop-screenshots FOLDER: pictures of the main states of the window, which shows a day in the
// life of a team. The server is real; what was said, and when, is made up. Run it where there is a screen,
// e.g. by xvfb-run.
#include "client-gui/view/browsedialog.h"
#include "client-gui/view/language.h"
#include "client-gui/view/quickswitcher.h"
#include "client-gui/view/settingsdialog.h"
#include "client-gui/view/symbols.h"
#include "tests/gui/desktopfixture.h"

#include <QApplication>
#include <QDir>
#include <QFontDatabase>
#include <QScreen>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

namespace {

struct Said
{
    const char *who;
    int minutesAgo;
    const char *text;
};

constexpr Said designTeam[] = {
    {"mara", 1630, "The new icons are in the shared folder. Comments until Thursday, please."},
    {"jonas", 1624, "Looked through them: the small sizes are much better than before."},
    {"jonas", 1623, "Only the bell is hard to tell from the clock at 16 px."},
    {"ann", 1618, "Agreed. I'd make the bell a little wider."},
    {"mara", 1610, "👍"},
    {"priya.n", 142,
     "Morning! The accessibility report came back. Three findings, none of them dramatic:\n1. focus order in "
     "the settings\n2. one label without a name\n3. contrast of the hint text"},
    {"priya.n", 141, "Details: https://example.org/reports/a11y-2024-11"},
    {"ann", 133, "Thank you! I'll take 1 and 2 today."},
    {"jonas", 131,
     "> priya.n: contrast of the hint text\nThat one is mine. It is 4.2 : 1 now; I'll bring it above 4.5."},
    {"mara", 64, "Could somebody look at the draft for the welcome page? I am not sure about the wording."},
    {"ann", 58, "Reading it now."},
    {"ann", 51, "Short and friendly. I would only drop the second sentence: the button says the same."},
    {"mara", 12, "Good point, done. @ann could you have a last look before the review at three?"},
    {"priya.n", 3, "I can bring the printed versions along. How many of us will be there?"},
};

constexpr Said others[] = {
    {"release", 7, "Build 1184 is green. Starting the rollout."},
    {"oskar", 34, "The canteen has dumplings today."},
    {"lena", 1500, "Minutes of Monday's meeting are online."},
    {"tomas", 5900, "See you all in Lisbon!"},
};

QList<chat::Message> messagesOf(const QString &group, const Said *said, std::size_t count)
{
    QList<chat::Message> messages;
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    for (std::size_t i = 0; i < count; ++i)
        messages.append({group,
                         QString::fromUtf8(said[i].who),
                         QString::fromUtf8(said[i].text),
                         now - std::chrono::minutes(said[i].minutesAgo),
                         static_cast<qint64>(i + 1),
                         QStringLiteral("1"),
                         {}});
    return messages;
}

void settle()
{
    QTest::qWait(250); // for timers and the window system; nothing depends on it but what the pictures show
}

void show(Conversation &conversation, const QList<chat::Message> &messages, qsizetype read)
{
    conversation.restore(messages.mid(0, read));
    conversation.messages().setTop(MessageList::Top::Beginning);
    conversation.markRead();
    for (const chat::Message &message : messages.mid(read))
        conversation.received(message);
    conversation.flush();
}

class Studio
{
public:
    Studio(QString folder, const QUrl &url)
        : m_folder(std::move(folder))
        , m_url(url)
        , m_client(m_private.path())
    { }

    bool open()
    {
        m_client.start(m_url, QStringLiteral("ann"));
        m_client.window().resize(1180, 760);
        for (const char *name : {"travel", "everyone", "canteen", "releases", "design-team"}) {
            if (!m_client.enter(QString::fromUtf8(name)))
                return false;
        }
        fill();
        return true;
    }

    void take(const QString &name, QWidget *of = nullptr)
    {
        settle();
        QWidget *window = of ? of : &m_client.window();
        const QString path = m_folder % u'/' % name % u".png";
        const QPoint at = window->mapToGlobal(QPoint(0, 0));
        window->screen()->grabWindow(0, at.x(), at.y(), window->width(), window->height()).save(path);
        fprintf(stderr, "%s\n", qPrintable(path));
    }

    DesktopFixture &client() { return m_client; }

    void fill()
    {
        Session &session = m_client.session();
        const QStringList groups{QStringLiteral("releases"), QStringLiteral("canteen"),
                                 QStringLiteral("everyone"), QStringLiteral("travel")};
        for (qsizetype i = 0; i < groups.size(); ++i)
            ::show(*session.conversation(groups.at(i)), messagesOf(groups.at(i), others + i, 1),
                   i < 2 ? 0 : 1);
        session.conversation(QStringLiteral("canteen"))->setMuted(true);
        session.conversation(QStringLiteral("travel"))->setDraft(QStringLiteral("I'll arrive on"));
        const QString group = QStringLiteral("design-team");
        Conversation &main = *session.conversation(group);
        m_client.window().open(QStringLiteral("everyone"));
        ::show(main, messagesOf(group, designTeam, std::size(designTeam)), 12);
        session.conversations().pin(group, 0);
        m_client.window().open(group);
        for (const char *name : {"mara", "priya.n", "tomas"})
            m_people.push_back(somebody(m_url, QString::fromUtf8(name), group));
        settle();
        main.isTyping(QStringLiteral("mara"));
    }

private:
    const QString m_folder;
    const QUrl m_url;
    QTemporaryDir m_private;
    DesktopFixture m_client;
    std::vector<std::unique_ptr<chat::ChatClient>> m_people;
};

void takeDialogs(Studio &studio)
{
    MainWindow &window = studio.client().window();
    window.browse();
    studio.take(QStringLiteral("groups"), window.findChild<BrowseDialog *>());
    window.findChild<BrowseDialog *>()->close();
    settle();
    window.showSettings();
    studio.take(QStringLiteral("settings"), window.findChild<SettingsDialog *>());
    window.findChild<SettingsDialog *>()->close();
    settle();
    window.quickSwitch();
    studio.take(QStringLiteral("switcher"));
    window.findChild<QuickSwitcher *>()->close();
    settle();
}

void takeOffline(Studio &studio, ServerProcess &server)
{
    server.kill9();
    (void)QTest::qWaitFor([&] { return studio.client().session().link() == Session::Link::Waiting; }, 10'000);
    studio.client().type(QStringLiteral("Five of us, I think. I'll bring the notes."));
    chat::OutboxItem failed;
    failed.groupId = QStringLiteral("design-team");
    failed.clientMessageId = QStringLiteral("x");
    failed.text = QStringLiteral("And cake!");
    failed.state = chat::OutboxItem::State::Failed;
    failed.created = std::chrono::milliseconds(QDateTime::currentMSecsSinceEpoch());
    failed.error = Error{Error::Code::LimitReached, QStringLiteral("Too many requests; slow down.")};
    studio.client().page().conversation()->messages().put(failed);
    QTest::qWait(1200); // the banner comes after a moment
    studio.client().page().view().goToBottom();
    studio.take(QStringLiteral("offline"));
}

int run(const QString &folder)
{
    ServerProcess server;
    if (!QDir().mkpath(folder) || !server.start())
        return EXIT_FAILURE;
    {
        QTemporaryDir empty;
        DesktopFixture fresh(empty.path());
        fresh.desktop().ask();
        settle();
        QWidget *dialog = fresh.desktop().dialog();
        dialog->grab().save(folder % u"/connect.png");
        const SavedServer saved{QUrl(QStringLiteral("https://chat.example.org/next-chat")),
                                QStringLiteral("ann")};
        fresh.desktop().settings().rememberServer(saved);
        fresh.desktop().dialog()->readServers();
        fresh.desktop().dialog()->askForToken(
            Desktop::tr("This server wants a valid token of %1.").arg(saved.user));
        settle();
        dialog->grab().save(folder % u"/token.png");
    }
    Studio studio(folder, server.url());
    Settings &settings = studio.client().desktop().settings();
    settings.setScheme(Settings::Scheme::Light);
    studio.client().start(server.url(), QStringLiteral("zoe"));
    studio.client().window().resize(1180, 760);
    studio.take(QStringLiteral("empty"));
    if (!studio.open())
        return EXIT_FAILURE;
    studio.take(QStringLiteral("light"));
    studio.client().page().view().goToMessage(6);
    studio.take(QStringLiteral("history"));
    studio.client().page().view().goToBottom();
    takeDialogs(studio);
    studio.client().window().search();
    QTest::keyClicks(studio.client().window().findChild<SearchPanel *>()->findChild<QLineEdit *>(),
                     QStringLiteral("the"));
    QTest::qWait(600);
    studio.take(QStringLiteral("search"));
    studio.client().window().toggleMembers(true);
    settings.setScheme(Settings::Scheme::Dark);
    studio.take(QStringLiteral("dark"));
    settings.setTextSize(150);
    studio.take(QStringLiteral("largetext"));
    settings.setTextSize(100);
    takeOffline(studio, server);
    settings.setScheme(Settings::Scheme::Light);
    studio.take(QStringLiteral("offlinelight"));
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char **argv)
{
    QApplication::setStyle(QStringLiteral("fusion"));
    const QApplication application(argc, argv);
    QGuiApplication::setQuitOnLastWindowClosed(false);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 2) {
        fprintf(stderr, "usage: nextchat-desktop-screenshots FOLDER [LANGUAGE]\n");
        return 2;
    }
    if (QFontDatabase::hasFamily(QStringLiteral("Inter"))) {
        QFont font(QStringLiteral("Inter"));
        font.setPointSizeF(10);
        QApplication::setFont(font);
    }
    const Language language(arguments.value(2, QStringLiteral("en")));
    return run(arguments.at(1));
}
