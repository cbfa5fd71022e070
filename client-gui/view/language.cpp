// SPDX-License-Identifier: MIT
#include "client-gui/view/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>

namespace nextchat::desktop {

Language::Language(const QString &language)
{
    // Of the desktop's own language there are also the habits of its country.
    const QLocale system = QLocale::system();
    const QLocale wanted(language);
    const QLocale locale = language.isEmpty() || wanted.language() == system.language() ? system : wanted;
    QLocale::setDefault(locale);
    // English has a file too: of its plurals.
    if (m_own.load(locale, QStringLiteral("nextchat"), QStringLiteral("_"), QStringLiteral(":/i18n"))
        || m_own.load(QStringLiteral(":/i18n/nextchat_en")))
        QCoreApplication::installTranslator(&m_own);
    if (m_toolkit.load(locale, QStringLiteral("qtbase"), QStringLiteral("_"),
                       QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(&m_toolkit);
}

Language::~Language()
{
    QCoreApplication::removeTranslator(&m_own);
    QCoreApplication::removeTranslator(&m_toolkit);
}

} // namespace nextchat::desktop
