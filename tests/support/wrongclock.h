// SPDX-License-Identifier: MIT
#pragma once

#include <QDir>
#include <QMap>

#include <chrono>

namespace nextchat::test {

// The environment in which a program's wall clock is off by that much, and its monotonic clock right. Empty
// where the package faketime is missing.
[[nodiscard]] inline QMap<QString, QString> wrongClock(std::chrono::seconds off)
{
    using namespace Qt::StringLiterals;
    const QStringList folders = QDir(u"/usr/lib"_s).entryList({u"*-linux-gnu*"_s}, QDir::Dirs);
    for (const QString &folder : folders) {
        const QString library = u"/usr/lib/" % folder % u"/faketime/libfaketime.so.1";
        if (!QFile::exists(library))
            continue;
        const QString offset = (off.count() < 0 ? u""_s : u"+"_s) % QString::number(off.count());
        return {{u"LD_PRELOAD"_s, library},
                {u"FAKETIME"_s, offset},
                {u"FAKETIME_DONT_FAKE_MONOTONIC"_s, u"1"_s},
                {u"ASAN_OPTIONS"_s, qEnvironmentVariable("ASAN_OPTIONS") % u":verify_asan_link_order=0"}};
    }
    return {};
}

} // namespace nextchat::test
