// SPDX-License-Identifier: MIT
#include "common/support/configurationvalue.h"

#include <QRegularExpression>

#include <array>
#include <limits>
#include <optional>

namespace nextchat {

namespace {

struct Unit
{
    QLatin1StringView name;
    qint64 factor = 1;
};

using namespace Qt::StringLiterals;

constexpr std::array durationUnits{Unit{QLatin1StringView("ms"), 1}, Unit{QLatin1StringView("s"), 1000},
                                   Unit{QLatin1StringView("m"), 60'000},
                                   Unit{QLatin1StringView("h"), 3'600'000},
                                   Unit{QLatin1StringView("d"), 86'400'000}};

constexpr std::array sizeUnits{Unit{QLatin1StringView(""), 1},
                               Unit{QLatin1StringView("B"), 1},
                               Unit{QLatin1StringView("KB"), 1000},
                               Unit{QLatin1StringView("MB"), 1'000'000},
                               Unit{QLatin1StringView("GB"), 1'000'000'000},
                               Unit{QLatin1StringView("KiB"), 1024},
                               Unit{QLatin1StringView("MiB"), 1024 * 1024},
                               Unit{QLatin1StringView("GiB"), 1024 * 1024 * 1024}};

// Digits and a unit, nothing else: no sign, no fraction, no blanks.
template <std::size_t N>
std::optional<qint64> parse(QStringView text, const std::array<Unit, N> &units,
                            Qt::CaseSensitivity sensitivity)
{
    qsizetype digits = 0;
    while (digits < text.size() && text[digits] >= u'0' && text[digits] <= u'9')
        ++digits;
    bool fits = false;
    const qint64 number = text.first(digits).toLongLong(&fits);
    if (!fits)
        return std::nullopt;
    for (const Unit &unit : units) {
        if (text.sliced(digits).compare(unit.name, sensitivity) != 0)
            continue;
        if (number > std::numeric_limits<qint64>::max() / unit.factor)
            return std::nullopt;
        return number * unit.factor;
    }
    return std::nullopt;
}

// The largest unit, of those from `first` on, that divides `value`.
template <std::size_t N>
QString written(qint64 value, const std::array<Unit, N> &units, std::size_t first, std::size_t last)
{
    const Unit *best = &units[first];
    for (std::size_t i = first; i <= last; ++i) {
        if (value % units[i].factor == 0)
            best = &units[i];
    }
    return QString::number(value / best->factor) % best->name;
}

} // namespace

Expected<std::chrono::milliseconds> parseDuration(QStringView text)
{
    if (text == u"0")
        return std::chrono::milliseconds(0);
    if (const auto milliseconds = parse(text, durationUnits, Qt::CaseSensitive))
        return std::chrono::milliseconds(*milliseconds);
    return failure(Error::Code::InvalidArgument,
                   quoted(text) % QStringView(u" is not a duration such as 500ms, 30s, 10m or 1h"));
}

Expected<qint64> parseSize(QStringView text)
{
    if (const auto bytes = parse(text, sizeUnits, Qt::CaseInsensitive))
        return *bytes;
    return failure(Error::Code::InvalidArgument,
                   quoted(text) % QStringView(u" is not a size such as 32KiB, 1MiB or 100KB"));
}

QString durationText(std::chrono::milliseconds duration)
{
    if (duration.count() == 0)
        return QStringLiteral("0");
    return written(duration.count(), durationUnits, 0, durationUnits.size() - 1);
}

QString sizeText(qint64 bytes)
{
    if (bytes == 0)
        return QStringLiteral("0");
    const bool binary = bytes % 1024 == 0;
    return binary ? written(bytes, sizeUnits, 5, sizeUnits.size() - 1) : written(bytes, sizeUnits, 1, 4);
}

QString withoutPassword(const QString &text)
{
    // Greedy up to the last @, so that a password with an unescaped @ or / never shows.
    static const QRegularExpression userInfo(QStringLiteral("^([A-Za-z][A-Za-z0-9+.-]*://[^:@/?#]*:)(.*)@"),
                                             QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression parameter(
        QStringLiteral("([?&][^=&]*(?:password|secret|token|auth)[^=&]*=)[^&#]*"),
        QRegularExpression::CaseInsensitiveOption);
    if (!text.contains(QStringView(u"://")))
        return text;
    QString masked = text;
    masked.replace(userInfo, QStringLiteral("\\1***@"));
    return masked.replace(parameter, QStringLiteral("\\1***"));
}

QString quoted(QStringView text)
{
    QString shown;
    for (const char32_t c : text.toUcs4()) {
        if (shown.size() >= 64)
            return u'\'' % shown % QStringView(u"...'");
        if (QChar::isPrint(c))
            shown += QChar::fromUcs4(c);
        else
            shown += u'?';
    }
    return u'\'' % shown % u'\'';
}

} // namespace nextchat
