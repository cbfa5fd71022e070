// SPDX-License-Identifier: MIT
#pragma once

#include <QProcessEnvironment>
#include <QString>

#include <span>

namespace nextchat::console {

// How many colours a terminal is given.
enum class Colours {
    No,
    Eight, // those that every terminal with colours has (ECMA-48)
    Many, // the 256 of xterm
};

enum class ColourChoice { Auto, Always, Never }; // --color

// Auto: none where the output is no terminal, or NO_COLOR (no-color.org) is not empty, or TERM says that
// there is no such thing.
[[nodiscard]] Colours chooseColours(ColourChoice choice, const QProcessEnvironment &environment,
                                    bool isTerminal);

// The colour of a user's name, as the parameter of SGR: the same in each run, and readable on a dark and on a
// light ground. Empty without colours.
[[nodiscard]] QByteArray colourOfUser(const QString &userId, Colours colours);

// Of Colours::Many, by their number: each has a contrast of 4 or more both to black and to white (WCAG 2.1,
// relative luminance 0.15 to 0.21), and none is the red of errors.
[[nodiscard]] std::span<const int> coloursOfUsers();

} // namespace nextchat::console
