// SPDX-License-Identifier: MIT
#include "common/support/configurationfile.h"

#include "common/support/configurationvalue.h"

#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QStringDecoder>

#include <exception>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace nextchat {

namespace {

constexpr qsizetype maximumDepth = 8;
constexpr qsizetype maximumElements = 1000; // of one sequence

// Leaves yaml-cpp's parser with a complaint about one line; never leaves this file.
struct Refused
{
    int line;
    QString complaint;
};

// Collects the leaves while the parser goes through the text, so that an alias never expands and depth is
// bounded early.
class EntryCollector final : public YAML::EventHandler
{
public:
    explicit EntryCollector(const QByteArray &yaml)
        : m_yaml(yaml)
    { }

    std::vector<ConfigurationEntry> take() { return std::move(m_entries); }

    void OnDocumentStart(const YAML::Mark &mark) override
    {
        if (std::exchange(m_started, true))
            refuse(mark, QStringLiteral("a second document is not allowed"));
    }
    void OnDocumentEnd() override { }

    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override
    {
        refuseAnchor(mark, anchor);
        leaf(mark, std::nullopt);
    }

    void OnAlias(const YAML::Mark &mark, YAML::anchor_t) override
    {
        refuse(mark, QStringLiteral("aliases are not allowed"));
    }

    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  const std::string &value) override
    {
        refuseAnchor(mark, anchor);
        // "?" and "!" stand for plain and quoted scalars.
        if (!tag.empty() && tag != "?" && tag != "!")
            refuse(mark, QStringLiteral("tags are not allowed"));
        if (tag == "!" && !isClosed(mark.pos))
            refuse(mark, QStringLiteral("the quoted text is not closed"));
        leaf(mark, QString::fromStdString(value));
    }

    void OnSequenceStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        refuseAnchor(mark, anchor);
        if (m_scopes.empty() || m_sequence)
            refuse(mark, QStringLiteral("a list is not expected here"));
        m_sequence = takeKey(mark);
        m_sequence->content = QStringList();
    }

    void OnSequenceEnd() override
    {
        add(std::move(*m_sequence));
        m_sequence.reset();
    }

    void OnMapStart(const YAML::Mark &mark, const std::string &, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        refuseAnchor(mark, anchor);
        if (m_sequence)
            refuse(mark, QStringLiteral("a mapping is not expected in a list"));
        const QString prefix = m_scopes.empty() ? QString() : QString(takeKey(mark).key % u'.');
        if (static_cast<qsizetype>(m_scopes.size()) >= maximumDepth)
            refuse(mark, QStringLiteral("the nesting is too deep"));
        m_scopes.push_back({prefix, std::nullopt});
    }

    void OnMapEnd() override { m_scopes.pop_back(); }

private:
    struct Scope
    {
        QString prefix; // with the dot
        std::optional<ConfigurationEntry> key; // read, its value is not yet
    };

    static int lineOf(const YAML::Mark &mark) { return mark.line + 1; }

    [[noreturn]] static void refuse(const YAML::Mark &mark, QString complaint)
    {
        throw Refused{lineOf(mark), std::move(complaint)};
    }

    static void refuseAnchor(const YAML::Mark &mark, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor)
            refuse(mark, QStringLiteral("anchors are not allowed"));
    }

    // Whether the quote that opens at `start` is closed. The library takes the end of the text for it, and so
    // all that follows a forgotten quote for one value.
    [[nodiscard]] bool isClosed(qsizetype start) const
    {
        const char quote = start < m_yaml.size() ? m_yaml[start] : '\0';
        if (quote != '"' && quote != '\'')
            return true; // a block scalar
        for (qsizetype i = start + 1; i < m_yaml.size(); ++i) {
            const bool isEscape =
                quote == '"' ? m_yaml[i] == '\\' : QByteArrayView(m_yaml).sliced(i).startsWith("''");
            if (isEscape)
                ++i;
            else if (m_yaml[i] == quote)
                return true;
        }
        return false;
    }

    // The key whose value begins; its line is what people look for (a null's mark is that of the token after
    // it).
    ConfigurationEntry takeKey(const YAML::Mark &mark)
    {
        Scope &scope = m_scopes.back();
        if (!scope.key)
            refuse(mark, QStringLiteral("a key must be a name"));
        return *std::exchange(scope.key, std::nullopt);
    }

    void leaf(const YAML::Mark &mark, std::optional<QString> text)
    {
        if (m_scopes.empty()) {
            if (text)
                refuse(mark, QStringLiteral("a mapping of keys is expected"));
            return; // an empty document
        }
        if (m_sequence) {
            QStringList &elements = std::get<QStringList>(m_sequence->content);
            if (!text)
                refuse(mark, QStringLiteral("an element of the list is empty"));
            if (elements.size() >= maximumElements)
                refuse(mark, QStringLiteral("the list is too long"));
            elements.push_back(std::move(*text));
            return;
        }
        Scope &scope = m_scopes.back();
        if (!scope.key) {
            if (!text || text->isEmpty())
                refuse(mark, QStringLiteral("a key must be a name"));
            scope.key = ConfigurationEntry{scope.prefix % *text, {}, lineOf(mark)};
            return;
        }
        ConfigurationEntry entry = takeKey(mark);
        if (text)
            entry.content = std::move(*text);
        add(std::move(entry));
    }

    void add(ConfigurationEntry entry)
    {
        const auto known = m_lines.constFind(entry.key);
        if (known != m_lines.constEnd())
            throw Refused{entry.line,
                          quoted(entry.key) % QStringView(u" was already given in line ")
                              % QString::number(*known)};
        m_lines.insert(entry.key, entry.line);
        m_entries.push_back(std::move(entry));
    }

    const QByteArray &m_yaml;
    bool m_started = false;
    std::vector<Scope> m_scopes;
    std::optional<ConfigurationEntry> m_sequence; // the one being read
    QHash<QString, int> m_lines;
    std::vector<ConfigurationEntry> m_entries;
};

tl::unexpected<Error> invalid(const QString &name, int line, const QString &complaint)
{
    const QString where = line > 0 ? QString(name % u':' % QString::number(line)) : name;
    return failure(Error::Code::InvalidArgument, where % QStringView(u": ") % complaint);
}

// The library's messages may quote a character as it stands in the text, a line end for one.
QString printable(QString message)
{
    std::ranges::replace_if(
        message, [](QChar c) { return !c.isPrint(); }, u'?');
    return message;
}

// The line of the first byte that is no UTF-8, 0 when all are.
int lineOfBadText(const QByteArray &text)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    int line = 1;
    for (const QByteArray &content : text.split('\n')) {
        const QString decoded = decoder(content);
        if (decoder.hasError())
            return line;
        ++line;
    }
    return 0;
}

} // namespace

Expected<QByteArray> readTextFile(const QString &path, qint64 limit)
{
    if (path.isEmpty() || path.contains(u'\0'))
        return invalid(quoted(path), 0, QStringLiteral("is no name of a file"));
    if (QFileInfo(path).isDir())
        return invalid(path, 0, QStringLiteral("is a directory, not a file"));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return invalid(path, 0, QStringView(u"cannot be read: ") % file.errorString());
    QByteArray content;
    while (content.size() <= limit) {
        const QByteArray part = file.read(limit + 1 - content.size());
        if (part.isEmpty())
            break;
        content += part;
    }
    if (file.error() != QFileDevice::NoError)
        return invalid(path, 0, QStringView(u"cannot be read: ") % file.errorString());
    if (content.size() > limit)
        return invalid(path, 0, QStringView(u"is larger than ") % sizeText(limit));
    if (const int line = lineOfBadText(content))
        return invalid(path, line, QStringLiteral("is not valid UTF-8"));
    return content;
}

Expected<std::vector<ConfigurationEntry>> parseConfiguration(const QByteArray &yaml, const QString &name)
{
    // The library truncates at a NUL and takes some control characters for line ends.
    if (const qsizetype at = yaml.indexOf('\0'); at >= 0)
        return invalid(name, static_cast<int>(yaml.first(at).count('\n')) + 1,
                       QStringLiteral("holds a NUL byte"));
    static const QByteArray byteOrderMark("\xef\xbb\xbf");
    const QByteArray text = yaml.startsWith(byteOrderMark) ? yaml.sliced(byteOrderMark.size()) : yaml;
    EntryCollector collector(text);
    try {
        std::istringstream stream(text.toStdString());
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(collector)) { }
    } catch (const Refused &refused) {
        return invalid(name, refused.line, refused.complaint);
    } catch (const YAML::Exception &exception) {
        const int line = exception.mark.is_null() ? 0 : exception.mark.line + 1;
        return invalid(name, line,
                       QStringView(u"is not valid YAML: ")
                           % printable(QString::fromStdString(exception.msg)));
    } catch (const std::exception &exception) {
        return invalid(name, 0, QStringView(u"cannot be parsed: ") % QString::fromUtf8(exception.what()));
    }
    return collector.take();
}

} // namespace nextchat
