// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSettings>
#include <QUrl>

#include <memory>

namespace nextchat::desktop {

// A server that was connected to. Its token is TokenStore's.
struct SavedServer
{
    QUrl url;
    QString user;

    friend bool operator==(const SavedServer &, const SavedServer &) = default;
};

// What the user chose, in an INI file. Main thread.
class Settings : public QObject
{
    Q_OBJECT

public:
    enum class Scheme { System, Light, Dark };
    enum class Order { Activity, Name };

    static constexpr int smallestText = 80; // percent
    static constexpr int largestText = 200;

    explicit Settings(const QString &path, QObject *parent = nullptr);

    [[nodiscard]] Scheme scheme() const;
    void setScheme(Scheme scheme);
    [[nodiscard]] int textSize() const; // percent of the desktop's
    void setTextSize(int percent);
    [[nodiscard]] QString language() const; // `en`, `de`; empty: the desktop's
    void setLanguage(const QString &language);
    [[nodiscard]] Order order() const; // of the conversations
    void setOrder(Order order);

    [[nodiscard]] bool enterSends() const { return flag(QStringLiteral("enterSends"), true); }
    void setEnterSends(bool on) { setFlag(QStringLiteral("enterSends"), on); }
    [[nodiscard]] bool notifies() const { return flag(QStringLiteral("notify"), true); }
    void setNotifies(bool on) { setFlag(QStringLiteral("notify"), on); }
    [[nodiscard]] bool notifiesText() const { return flag(QStringLiteral("notifyText"), true); }
    void setNotifiesText(bool on) { setFlag(QStringLiteral("notifyText"), on); }
    [[nodiscard]] bool doNotDisturb() const { return flag(QStringLiteral("doNotDisturb"), false); }
    void setDoNotDisturb(bool on) { setFlag(QStringLiteral("doNotDisturb"), on); }
    [[nodiscard]] bool staysInTray() const { return flag(QStringLiteral("stayInTray"), false); }
    void setStaysInTray(bool on) { setFlag(QStringLiteral("stayInTray"), on); }
    [[nodiscard]] bool showsMembers() const { return flag(QStringLiteral("showMembers"), true); }
    void setShowsMembers(bool on) { setFlag(QStringLiteral("showMembers"), on); }

    [[nodiscard]] QList<SavedServer> servers() const; // the last used first
    void rememberServer(const SavedServer &server);
    [[nodiscard]] bool wantsToken(const SavedServer &server) const; // as far as is known
    void setWantsToken(const SavedServer &server);
    void forgetServer(const SavedServer &server);

    // Of the window, as Qt gives it out.
    [[nodiscard]] QByteArray windowState(const QString &part) const;
    void setWindowState(const QString &part, const QByteArray &state);

Q_SIGNALS:
    void changed(); // not for servers and window state

private:
    [[nodiscard]] bool flag(const QString &key, bool usual) const;
    void setFlag(const QString &key, bool on);
    void set(const QString &key, const QVariant &value);
    void saveServers(const QList<SavedServer> &servers);

    std::unique_ptr<QSettings> m_file;
};

} // namespace nextchat::desktop
