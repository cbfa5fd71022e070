// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayList>
#include <QTemporaryDir>

namespace nextchat::test {

// A certificate with its key: names of PEM files.
struct TestCertificate
{
    QString certificate;
    QString key;
};

// A certificate authority of the test's own, made with the program openssl; its files are gone with it.
class TestAuthority
{
public:
    TestAuthority();

    // Its own certificate, to be trusted: the name of a PEM file.
    [[nodiscard]] QString file() const { return m_own.certificate; }
    // A certificate by it. `names`: for whom, e.g. "DNS:localhost". Valid for a day from now, or from
    // `daysAgo` days before (then it needs the program faketime).
    [[nodiscard]] TestCertificate issue(const QByteArrayList &names, int daysAgo = 0);

private:
    [[nodiscard]] TestCertificate make(const QString &name, const QStringList &options, int daysAgo);

    QTemporaryDir m_folder;
    int m_issued = 0;
    TestCertificate m_own;
};

} // namespace nextchat::test
