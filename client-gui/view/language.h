// SPDX-License-Identifier: MIT
#pragma once

#include <QTranslator>

namespace nextchat::desktop {

// The language of the program's words, dates and numbers, as long as it lives. Made before the windows.
class Language
{
public:
    explicit Language(const QString &language); // `de`, `en`; empty: the desktop's
    ~Language();
    Language(const Language &) = delete;
    Language &operator=(const Language &) = delete;

private:
    QTranslator m_own;
    QTranslator m_toolkit;
};

} // namespace nextchat::desktop
