// SPDX-License-Identifier: MIT
#include "client-cli/colours.h"

#include <array>

namespace nextchat::console {

namespace {

constexpr std::array manyColours{27, 28,  29,  30,  31,  62,  63,  64,  65,  97, 98,
                                 99, 129, 130, 131, 132, 133, 161, 162, 163, 164};
// Green, yellow, blue, magenta, cyan: how they look is the terminal's to choose.
constexpr std::array eightColours{32, 33, 34, 35, 36};

// FNV-1a: the same in each run, unlike qHash.
quint32 stableHash(const QString &text)
{
    quint32 hash = 2166136261U;
    for (const char byte : text.toUtf8())
        hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
    return hash;
}

bool hasMany(const QProcessEnvironment &environment)
{
    const QString terminal = environment.value(QStringLiteral("TERM"));
    return terminal.contains(u"256color") || terminal.contains(u"direct")
        || !environment.value(QStringLiteral("COLORTERM")).isEmpty();
}

} // namespace

Colours chooseColours(ColourChoice choice, const QProcessEnvironment &environment, bool isTerminal)
{
    const Colours most = hasMany(environment) ? Colours::Many : Colours::Eight;
    if (choice != ColourChoice::Auto)
        return choice == ColourChoice::Always ? most : Colours::No;
    const QString terminal = environment.value(QStringLiteral("TERM"));
    const bool isAble = isTerminal && !terminal.isEmpty() && terminal != u"dumb";
    return isAble && environment.value(QStringLiteral("NO_COLOR")).isEmpty() ? most : Colours::No;
}

QByteArray colourOfUser(const QString &userId, Colours colours)
{
    switch (colours) {
    case Colours::No:
        return {};
    case Colours::Eight:
        return QByteArray::number(eightColours[stableHash(userId) % eightColours.size()]);
    case Colours::Many:
        return "38;5;" + QByteArray::number(manyColours[stableHash(userId) % manyColours.size()]);
    }
    Q_UNREACHABLE();
}

std::span<const int> coloursOfUsers()
{
    return manyColours;
}

} // namespace nextchat::console
