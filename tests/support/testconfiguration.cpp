// SPDX-License-Identifier: MIT
#include "tests/support/testconfiguration.h"

#include <QFile>

#include <yaml-cpp/yaml.h>

namespace nextchat::test {

const TestConfiguration &TestConfiguration::instance()
{
    static const TestConfiguration configuration = [] {
        TestConfiguration result;
        const QString path = qEnvironmentVariable(
            "NEXTCHAT_TEST_CONFIGURATION", QStringLiteral(NEXTCHAT_SOURCE_DIR "/tests/configuration.yaml"));
        if (!QFile::exists(path))
            return result;
        try {
            const YAML::Node file = YAML::LoadFile(path.toStdString());
            if (const YAML::Node url = file["redis"]["url"])
                result.redisUrl = QString::fromStdString(url.as<std::string>());
            if (const YAML::Node url = file["database"]["url"])
                result.databaseUrl = QString::fromStdString(url.as<std::string>());
        } catch (const YAML::Exception &exception) {
            qFatal("%s: %s", qPrintable(path), exception.what());
        }
        return result;
    }();
    return configuration;
}

} // namespace nextchat::test
