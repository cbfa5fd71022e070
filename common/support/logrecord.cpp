// SPDX-License-Identifier: MIT
#include "common/support/logrecord.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace nextchat {

namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype maximumLength = 8192;

QString levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return u"debug"_s;
    case QtInfoMsg:
        return u"info"_s;
    case QtWarningMsg:
        return u"warning"_s;
    case QtCriticalMsg:
        return u"error"_s;
    case QtFatalMsg:
        return u"fatal"_s;
    }
    return u"info"_s;
}

QString shortened(const QString &text)
{
    return text.size() <= maximumLength ? text : QString(text.first(maximumLength) % u"..."_s);
}

// Controls would let a text forge lines or drive a terminal; separators and formats (bidirectional overrides)
// would disguise it.
bool isHarmful(char32_t c)
{
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

QString escaped(const QString &text)
{
    QString out;
    out.reserve(text.size());
    for (const char32_t c : text.toUcs4()) {
        if (c == U'\n')
            out += u"\\n"_s;
        else if (c == U'\t')
            out += u"\\t"_s;
        else if (isHarmful(c))
            out += u"\\u{"_s % QString::number(static_cast<uint>(c), 16) % u'}';
        else
            out += QChar::fromUcs4(c);
    }
    return out;
}

QString fieldValue(const QString &value)
{
    const QString safe = escaped(shortened(value));
    const bool isPlain = !safe.isEmpty() && std::ranges::none_of(safe, [](QChar c) {
        return c.isSpace() || c == u'"' || c == u'=' || c == u'\\';
    });
    if (isPlain)
        return safe;
    QString quoted = safe;
    return u'"' % quoted.replace(u'"', u"\\\""_s) % u'"';
}

} // namespace

QByteArray LogRecord::toLine(LogFormat format) const
{
    const QString utc = time.toUTC().toString(Qt::ISODateWithMs);
    if (format == LogFormat::Json) {
        QJsonObject object{{u"time"_s, utc},
                           {u"level"_s, levelOf(type)},
                           {u"category"_s, category},
                           {u"message"_s, escaped(shortened(message))}};
        QJsonObject values;
        for (const auto &[name, value] : fields)
            values.insert(name, escaped(shortened(value)));
        if (!values.isEmpty())
            object.insert(u"fields"_s, values);
        return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    }
    QString line = utc % u' ' % levelOf(type) % u' ' % category % u": "_s % escaped(shortened(message));
    for (const auto &[name, value] : fields)
        line += u' ' % name % u'=' % fieldValue(value);
    return line.toUtf8() + '\n';
}

} // namespace nextchat
