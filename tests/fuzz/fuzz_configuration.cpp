// SPDX-License-Identifier: MIT
#include "common/support/configuration.h"
#include "server/configuration.h"
#include "tests/fuzz/invariant.h"

#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

using namespace nextchat;
using nextchat::fuzz::require;

namespace {

// A file in memory with a path of its own.
class MemoryFile
{
public:
    explicit MemoryFile(const QByteArray &content)
        : m_descriptor(memfd_create("configuration", 0))
    {
        const ssize_t written = write(m_descriptor, content.constData(), static_cast<size_t>(content.size()));
        require(written == content.size(), "the file in memory takes its content");
    }
    ~MemoryFile() { ::close(m_descriptor); }
    Q_DISABLE_COPY_MOVE(MemoryFile)

    [[nodiscard]] QString path() const
    {
        return QStringLiteral("/proc/self/fd/") + QString::number(m_descriptor);
    }

private:
    int m_descriptor;
};

void checkError(const Error &error, const QString &start)
{
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    require(error.message.startsWith(start), "an error says where");
    require(std::ranges::none_of(error.message, isControl), "an error is one printable line");
}

// Not applied: that would read files of secrets, wherever the input says they are.
void checkServerConfiguration(const QByteArray &yaml)
{
    static ServerConfiguration target;
    static const ConfigurationSchema schema = serverSchema(target);
    const MemoryFile file(yaml);
    Configuration configuration(schema);
    if (const Expected<void> added = configuration.addFile(file.path()); !added) {
        checkError(added.error(), file.path());
        return;
    }
    const QByteArray shown = configuration.toYaml();
    if (shown.contains("***@"))
        return; // masking goes up to the last @ of a URL, be it behind the password, and may spoil the rest
    const MemoryFile shownFile(shown);
    Configuration again(schema);
    require(again.addFile(shownFile.path()).has_value(), "a configuration as shown is a good file");
    require(again.toYaml() == shown, "a configuration as shown stays the same");
}

// As the environment and flags have them.
void checkTexts(const std::vector<ConfigurationEntry> &entries)
{
    static ServerConfiguration target;
    static const ConfigurationSchema schema = serverSchema(target);
    Configuration configuration(schema);
    for (const ConfigurationEntry &entry : entries) {
        const QString *text = std::get_if<QString>(&entry.content);
        if (!text)
            continue;
        const Expected<void> added = configuration.add(entry.key, *text, QStringLiteral("--flag"));
        if (!added)
            checkError(added.error(), QStringLiteral("--flag: "));
        (void)configuration.addSetting(entry.key % u'=' % *text);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray yaml(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const auto entries = parseConfiguration(yaml, QStringLiteral("name"));
    if (entries) {
        for (const ConfigurationEntry &entry : *entries)
            require(!entry.key.isEmpty() && entry.line >= 1
                        && entry.line <= yaml.count('\n') + yaml.count('\r') + 1,
                    "an entry has a key and a line of the text");
        checkTexts(*entries);
    } else {
        checkError(entries.error(), QStringLiteral("name:"));
    }
    checkServerConfiguration(yaml);
    return 0;
}
