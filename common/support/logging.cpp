// SPDX-License-Identifier: MIT
#include "common/support/logging.h"

#include "common/support/configurationvalue.h"

#include <QLoggingCategory>
#include <QRandomGenerator>
#include <QRegularExpression>

#include <array>
#include <atomic>
#include <cstdio>

namespace nextchat {

namespace {

using namespace Qt::StringLiterals;

const std::array levelNames{QStringView(u"debug"), QStringView(u"info"), QStringView(u"warning")};

// Qt's message handler is a plain function: what it needs is the process's.
std::atomic<LogFormat> activeFormat = LogFormat::Text;
std::atomic<bool> isInstalled = false;

// Stands before and after each field within the text that Qt hands over. Random, so that no logged text can
// forge one.
const QString &fieldMark()
{
    static const QString mark =
        QChar(u'\x1f') % QString::number(QRandomGenerator::system()->generate64(), 16) % QChar(u'\x1f');
    return mark;
}

void writeRecord(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    LogRecord record{.time = QDateTime::currentDateTimeUtc(),
                     .type = type,
                     .category = QString::fromUtf8(context.category ? context.category : "default")};
    const QStringList parts = text.split(fieldMark());
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const qsizetype equals = parts[i].indexOf(u'=');
        if (i % 2 == 0)
            record.message += parts[i];
        else
            record.fields.emplace_back(parts[i].first(equals), parts[i].sliced(equals + 1));
    }
    record.message = record.message.trimmed();
    const QByteArray line = record.toLine(activeFormat.load(std::memory_order_relaxed));
    // stderr has no buffer of its own, so one fwrite() is one line, whatever other threads write.
    std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), stderr);
}

// Turns every type below the level off and the others on.
QString rulesFor(const QString &category, QStringView level)
{
    QString rules;
    bool isOn = false;
    for (const QStringView name : levelNames) {
        isOn = isOn || name == level;
        rules += category % u'.' % name % (isOn ? u"=true\n"_s : u"=false\n"_s);
    }
    return rules;
}

bool isLevel(QStringView name)
{
    return name == u"error" || std::ranges::find(levelNames, name) != levelNames.end();
}

} // namespace

Expected<QString> logFilterRules(QStringView level)
{
    static const QRegularExpression categoryName(u"^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$"_s);
    const auto parts = level.split(u',');
    const QStringView general = parts.constFirst().trimmed();
    if (!isLevel(general))
        return failure(Error::Code::InvalidArgument,
                       quoted(general) % u" is not one of debug, info, warning, error"_s);
    QString rules = rulesFor(u"*"_s, general == u"debug" ? QStringView(u"info") : general);
    if (general == u"debug")
        rules += rulesFor(u"nextchat.*"_s, general) % rulesFor(u"default"_s, general);
    for (const QStringView part : parts.sliced(1)) {
        const QStringView exception = part.trimmed();
        const qsizetype equals = exception.indexOf(u'=');
        const QString category = exception.first(std::max<qsizetype>(equals, 0)).toString();
        if (!categoryName.match(category).hasMatch() || !isLevel(exception.sliced(equals + 1)))
            return failure(Error::Code::InvalidArgument, quoted(exception) % u" is not CATEGORY=LEVEL"_s);
        rules += rulesFor(category, exception.sliced(equals + 1))
            % rulesFor(category % u".*"_s, exception.sliced(equals + 1));
    }
    return rules;
}

Logging::Logging(const LogOptions &options)
    : m_previous(qInstallMessageHandler(writeRecord))
{
    change(options);
    isInstalled = true;
}

void Logging::change(const LogOptions &options)
{
    QLoggingCategory::setFilterRules(logFilterRules(options.level).value_or(rulesFor(u"*"_s, u"info")));
    activeFormat = options.format;
}

Logging::~Logging()
{
    isInstalled = false;
    qInstallMessageHandler(m_previous);
    QLoggingCategory::setFilterRules({});
}

QDebug operator<<(QDebug debug, const LogField &field)
{
    const QDebugStateSaver saver(debug);
    const QString mark = isInstalled ? fieldMark() : QString();
    debug.noquote().nospace() << QString(mark % QLatin1StringView(field.name) % u'=' % field.value % mark);
    return debug;
}

QDebug operator<<(QDebug debug, const std::optional<LogField> &field)
{
    return field ? debug << *field : debug;
}

} // namespace nextchat
