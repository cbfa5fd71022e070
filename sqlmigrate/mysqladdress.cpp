// SPDX-License-Identifier: MIT
#include "sqlmigrate/mysqladdress.h"

#include "common/support/configurationfile.h"

#include <QUrl>
#include <QUrlQuery>

namespace nextchat::sqlmigrate {

namespace {

using Tls = MySqlAddress::Tls;

constexpr qsizetype longestName = 64; // of a database, in characters: MySQL's limit
constexpr qint64 longestPassword = 4096; // of a file, in bytes

tl::unexpected<Error> wrong(const QString &what)
{
    return failure(Error::Code::InvalidArgument, u"The mysql:// URL " % what);
}

// Not a file, a name or a password that the driver would take for the end of a C string, or for another
// option.
bool isPlain(const QString &text)
{
    return !text.contains(QChar(u'\0'));
}

Expected<QString> pathOf(const QString &option, const QString &value)
{
    if (value.isEmpty() || value.contains(u';') || !isPlain(value) || value != value.trimmed())
        return wrong(u"has an option '" % option % u"' that is not a path (without ; and outer blanks).");
    return value;
}

Expected<Tls> tlsOf(const QString &mode)
{
    const QString name = mode.toUpper();
    if (name == u"DISABLED")
        return Tls::Disabled;
    if (name == u"PREFERRED")
        return Tls::Preferred;
    if (name == u"REQUIRED")
        return Tls::Required;
    if (name == u"VERIFY_CA" || name == u"VERIFY_IDENTITY") {
        return wrong(
            QStringLiteral("asks for the server's certificate to be verified, which Qt's MySQL driver "
                           "can't do. Use ssl-mode=REQUIRED in a network that you trust, or a tunnel "
                           "that verifies."));
    }
    return wrong(QStringLiteral("has an ssl-mode that is not DISABLED, PREFERRED or REQUIRED."));
}

QString nameOf(Tls tls)
{
    switch (tls) {
    case Tls::Disabled:
        return QStringLiteral("DISABLED");
    case Tls::Preferred:
        return QStringLiteral("PREFERRED");
    case Tls::Required:
        return QStringLiteral("REQUIRED");
    }
    return {};
}

QString encoded(const QString &text)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

QString encodedPath(const QString &path)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(path, "/"));
}

} // namespace

Expected<MySqlAddress> MySqlAddress::parse(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid()) {
        return wrong(QStringLiteral("is not mysql://USER:PASSWORD@HOST:PORT/DATABASE, with @ : / ? # % in "
                                    "names and passwords written "
                                    "as %40 %3A %2F %3F %23 %25."));
    }
    MySqlAddress address;
    address.host = url.host(QUrl::FullyDecoded);
    address.port = static_cast<quint16>(url.port(address.port));
    address.user = url.userName(QUrl::FullyDecoded);
    if (const QString password = url.password(QUrl::FullyDecoded);
        url.userInfo(QUrl::FullyEncoded).contains(u':'))
        address.password = password.isNull() ? QStringLiteral("") : password;
    const QString path = url.path(QUrl::FullyEncoded);
    address.database = url.path(QUrl::FullyDecoded).mid(1);

    if (address.host.isEmpty() || address.port == 0)
        return wrong(QStringLiteral("names no server."));
    if (address.user.isEmpty() || !isPlain(address.user) || !isPlain(address.password))
        return wrong(QStringLiteral("names no user, or has a NUL in its name or password."));
    if (address.database.isEmpty() || address.database.size() > longestName || !isPlain(address.database)
        || path.indexOf(u'/', 1) >= 0)
        return wrong(QStringLiteral("names no database (1 to 64 characters; / in names and passwords is "
                                    "written as %2F)."));
    if (url.hasFragment())
        return wrong(QStringLiteral("has a part after #, which must be written as %23."));
    if (const auto read = address.readOptions(url); !read)
        return tl::unexpected(read.error());
    return address;
}

Expected<void> MySqlAddress::readOptions(const QUrl &url)
{
    const auto items = QUrlQuery(url).queryItems(QUrl::FullyDecoded);
    for (const auto &[name, value] : items) {
        if (const auto read = readOption(name, value); !read)
            return read;
    }
    if (certificate.isNull() != key.isNull())
        return wrong(QStringLiteral("must have both ssl-cert and ssl-key, or neither."));
    if (!password.isNull() && !passwordFile.isNull())
        return wrong(QStringLiteral("has a password and a password-file."));
    return {};
}

Expected<void> MySqlAddress::readOption(const QString &name, const QString &value)
{
    if (name == u"ssl-mode") {
        const auto mode = tlsOf(value);
        if (!mode)
            return tl::unexpected(mode.error());
        tls = *mode;
        return {};
    }
    // Whoever names an authority expects it to be asked.
    if (name == u"ssl-ca" || name == u"ssl-capath" || name == u"ssl-crl" || name == u"ssl-crlpath")
        return tl::unexpected(tlsOf(QStringLiteral("VERIFY_CA")).error());
    const auto target = [&]() -> QString * {
        if (name == u"ssl-cert")
            return &certificate;
        if (name == u"ssl-key")
            return &key;
        if (name == u"socket")
            return &socket;
        return name == u"password-file" ? &passwordFile : nullptr;
    }();
    if (!target) // its name is not repeated: it may be the rest of a password
        return wrong(QStringLiteral("has an option that is not ssl-mode, ssl-cert, ssl-key, socket or "
                                    "password-file."));
    const auto path = pathOf(name, value);
    if (!path)
        return tl::unexpected(path.error());
    *target = *path;
    return {};
}

QString MySqlAddress::text() const
{
    const QString server = host.contains(u':') ? u'[' % host % u']' : host;
    QString result =
        u"mysql://" % encoded(user) % u'@' % server % u':' % QString::number(port) % u'/' % encoded(database);
    QChar separator = u'?';
    const auto add = [&](QStringView name, const QString &value) {
        result += separator % name.toString() % u'=' % value;
        separator = u'&';
    };
    if (tls != Tls::Preferred)
        add(u"ssl-mode", nameOf(tls));
    if (!certificate.isNull())
        add(u"ssl-cert", encodedPath(certificate));
    if (!key.isNull())
        add(u"ssl-key", encodedPath(key));
    if (!socket.isNull())
        add(u"socket", encodedPath(socket));
    if (!passwordFile.isNull())
        add(u"password-file", encodedPath(passwordFile));
    return result;
}

Expected<QString> MySqlAddress::resolvedPassword() const
{
    if (!password.isNull())
        return password;
    if (passwordFile.isNull())
        return qEnvironmentVariable("MYSQL_PWD", QStringLiteral(""));
    const auto content = readTextFile(passwordFile, longestPassword);
    if (!content) // it may be there later
        return failure(Error::Code::Unavailable, u"there is no password: " % content.error().message);
    QByteArray line = *content;
    if (line.endsWith('\n'))
        line.chop(line.endsWith("\r\n") ? 2 : 1);
    if (line.contains('\n') || line.contains('\0')) {
        return failure(Error::Code::InvalidArgument,
                       u"the password file '" % passwordFile % u"' must hold one line.");
    }
    return QString::fromUtf8(line);
}

} // namespace nextchat::sqlmigrate
