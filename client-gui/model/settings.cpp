// SPDX-License-Identifier: MIT
#include "client-gui/model/settings.h"

namespace nextchat::desktop {

namespace {

constexpr int mostServers = 12;

// The words of the file, in the order of the enumerations.
const QStringList &schemeNames()
{
    static const QStringList names{QStringLiteral("system"), QStringLiteral("light"), QStringLiteral("dark")};
    return names;
}

const QStringList &orderNames()
{
    static const QStringList names{QStringLiteral("activity"), QStringLiteral("name")};
    return names;
}

const QString wantsTokenKey = QStringLiteral("serversWithToken");

QString nameOf(const SavedServer &server)
{
    return server.url.toString() % u' ' % server.user;
}

int numberOf(const QStringList &names, const QString &name)
{
    return std::max(0, static_cast<int>(names.indexOf(name)));
}

} // namespace

Settings::Settings(const QString &path, QObject *parent)
    : QObject(parent)
    , m_file(std::make_unique<QSettings>(path, QSettings::IniFormat))
{ }

Settings::Scheme Settings::scheme() const
{
    return static_cast<Scheme>(
        numberOf(schemeNames(), m_file->value(QStringLiteral("colourScheme")).toString()));
}

void Settings::setScheme(Scheme scheme)
{
    set(QStringLiteral("colourScheme"), schemeNames().at(static_cast<int>(scheme)));
}

int Settings::textSize() const
{
    return std::clamp(m_file->value(QStringLiteral("textSize"), 100).toInt(), smallestText, largestText);
}

void Settings::setTextSize(int percent)
{
    set(QStringLiteral("textSize"), std::clamp(percent, smallestText, largestText));
}

QString Settings::language() const
{
    return m_file->value(QStringLiteral("language")).toString();
}

void Settings::setLanguage(const QString &language)
{
    set(QStringLiteral("language"), language);
}

Settings::Order Settings::order() const
{
    return static_cast<Order>(numberOf(orderNames(), m_file->value(QStringLiteral("order")).toString()));
}

void Settings::setOrder(Order order)
{
    set(QStringLiteral("order"), orderNames().at(static_cast<int>(order)));
}

bool Settings::flag(const QString &key, bool usual) const
{
    return m_file->value(key, usual).toBool();
}

void Settings::setFlag(const QString &key, bool on)
{
    set(key, on);
}

void Settings::set(const QString &key, const QVariant &value)
{
    if (m_file->value(key) == value)
        return;
    m_file->setValue(key, value);
    Q_EMIT changed();
}

QList<SavedServer> Settings::servers() const
{
    QList<SavedServer> servers;
    const int count = m_file->beginReadArray(QStringLiteral("servers"));
    for (int i = 0; i < count; ++i) {
        m_file->setArrayIndex(i);
        const QUrl url(m_file->value(QStringLiteral("url")).toString());
        if (url.isValid() && !url.isEmpty())
            servers.append({url, m_file->value(QStringLiteral("user")).toString()});
    }
    m_file->endArray();
    return servers;
}

void Settings::rememberServer(const SavedServer &server)
{
    QList<SavedServer> all = servers();
    all.removeAll(server);
    all.prepend(server);
    saveServers(all.mid(0, mostServers));
}

bool Settings::wantsToken(const SavedServer &server) const
{
    return m_file->value(wantsTokenKey).toStringList().contains(nameOf(server));
}

void Settings::setWantsToken(const SavedServer &server)
{
    if (!wantsToken(server))
        m_file->setValue(wantsTokenKey,
                         QStringList(m_file->value(wantsTokenKey).toStringList() << nameOf(server)));
}

void Settings::forgetServer(const SavedServer &server)
{
    QList<SavedServer> all = servers();
    all.removeAll(server);
    saveServers(all);
    QStringList wanting = m_file->value(wantsTokenKey).toStringList();
    if (wanting.removeAll(nameOf(server)) > 0)
        m_file->setValue(wantsTokenKey, wanting);
}

void Settings::saveServers(const QList<SavedServer> &servers)
{
    m_file->remove(QStringLiteral("servers"));
    m_file->beginWriteArray(QStringLiteral("servers"), static_cast<int>(servers.size()));
    for (int i = 0; i < servers.size(); ++i) {
        m_file->setArrayIndex(i);
        m_file->setValue(QStringLiteral("url"), servers.at(i).url.toString());
        m_file->setValue(QStringLiteral("user"), servers.at(i).user);
    }
    m_file->endArray();
}

QByteArray Settings::windowState(const QString &part) const
{
    return m_file->value(u"window/" % part).toByteArray();
}

void Settings::setWindowState(const QString &part, const QByteArray &state)
{
    m_file->setValue(u"window/" % part, state);
}

} // namespace nextchat::desktop
