// SPDX-License-Identifier: MIT
#include "tests/support/testauthority.h"

#include <QProcess>
#include <QStringBuilder>

namespace nextchat::test {

using namespace Qt::StringLiterals;

TestAuthority::TestAuthority()
    : m_own(make(u"authority"_s, {u"-addext"_s, u"basicConstraints=critical,CA:TRUE"_s}, 0))
{ }

TestCertificate TestAuthority::issue(const QByteArrayList &names, int daysAgo)
{
    return make(u"certificate-" % QString::number(++m_issued),
                {u"-CA"_s, m_own.certificate, u"-CAkey"_s, m_own.key, u"-addext"_s,
                 u"basicConstraints=critical,CA:FALSE"_s, u"-addext"_s,
                 u"subjectAltName=" % QString::fromLatin1(names.join(','))},
                daysAgo);
}

TestCertificate TestAuthority::make(const QString &name, const QStringList &options, int daysAgo)
{
    const TestCertificate made{m_folder.filePath(name % u".pem"), m_folder.filePath(name % u".key")};
    QStringList command{u"openssl"_s, u"req"_s,         u"-x509"_s,    u"-newkey"_s,
                        u"ec"_s,      u"-nodes"_s,      u"-pkeyopt"_s, u"ec_paramgen_curve:prime256v1"_s,
                        u"-subj"_s,   u"/CN=" % name,   u"-days"_s,    u"1"_s,
                        u"-out"_s,    made.certificate, u"-keyout"_s,  made.key};
    command += options;
    if (daysAgo > 0)
        command = QStringList{u"faketime"_s, u"%1 days ago"_s.arg(daysAgo)} + command;
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(command.takeFirst(), command);
    if (!process.waitForFinished() || process.exitCode() != 0)
        qFatal("openssl makes no certificate: %s", process.readAll().constData());
    return made;
}

} // namespace nextchat::test
