// SPDX-License-Identifier: MIT
#include "client-gui/view/settingsdialog.h"

#include <QComboBox>
#include <QPushButton>
#include <QVBoxLayout>

namespace nextchat::desktop {

SettingsDialog::SettingsDialog(Settings &settings, QWidget *parent)
    : QDialog(parent)
    , m_settings(settings)
{
    setWindowTitle(tr("Settings"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *form = new QFormLayout;
    form->setVerticalSpacing(10);
    form->setHorizontalSpacing(18);
    addLook(*form);
    addBehaviour(*form);
    auto *done = new QPushButton(tr("Close"), this);
    connect(done, &QPushButton::clicked, this, &QDialog::close);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(24, 22, 24, 20);
    column->setSpacing(18);
    column->addLayout(form);
    column->addWidget(done, 0, Qt::AlignRight);
}

void SettingsDialog::addLook(QFormLayout &form)
{
    auto *scheme = new QComboBox(this);
    scheme->addItems({tr("As the desktop"), tr("Light"), tr("Dark")});
    scheme->setCurrentIndex(static_cast<int>(m_settings.scheme()));
    connect(scheme, &QComboBox::activated, this,
            [this](int index) { m_settings.setScheme(static_cast<Settings::Scheme>(index)); });
    form.addRow(tr("&Colours"), scheme);

    auto *size = new QComboBox(this);
    for (const int percent : {80, 90, 100, 110, 125, 150, 175, 200})
        size->addItem(tr("%1 %").arg(percent), percent);
    size->setCurrentIndex(std::max(0, size->findData(m_settings.textSize())));
    connect(size, &QComboBox::activated, this,
            [this, size] { m_settings.setTextSize(size->currentData().toInt()); });
    form.addRow(tr("&Size of text"), size);

    auto *language = new QComboBox(this);
    language->addItem(tr("As the desktop"), QString());
    language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    language->addItem(QStringLiteral("Deutsch"), QStringLiteral("de"));
    language->setCurrentIndex(std::max(0, language->findData(m_settings.language())));
    connect(language, &QComboBox::activated, this,
            [this, language] { m_settings.setLanguage(language->currentData().toString()); });
    form.addRow(tr("&Language (at the next start)"), language);

    auto *order = new QComboBox(this);
    order->addItems({tr("By activity"), tr("By name")});
    order->setCurrentIndex(static_cast<int>(m_settings.order()));
    connect(order, &QComboBox::activated, this,
            [this](int index) { m_settings.setOrder(static_cast<Settings::Order>(index)); });
    form.addRow(tr("&Order of conversations"), order);
}

void SettingsDialog::addFlag(QFormLayout &form, const QString &text, bool (Settings::*get)() const,
                             void (Settings::*set)(bool))
{
    auto *box = new QCheckBox(text, this);
    box->setChecked((m_settings.*get)());
    connect(box, &QCheckBox::toggled, this, [this, set](bool on) { (m_settings.*set)(on); });
    form.addRow(box);
}

void SettingsDialog::addBehaviour(QFormLayout &form)
{
    addFlag(form, tr("&Enter sends a message (otherwise Ctrl+Enter)"), &Settings::enterSends,
            &Settings::setEnterSends);
    addFlag(form, tr("Show &notifications"), &Settings::notifies, &Settings::setNotifies);
    addFlag(form, tr("Show what was written in &them"), &Settings::notifiesText, &Settings::setNotifiesText);
    addFlag(form, tr("&Do not disturb"), &Settings::doNotDisturb, &Settings::setDoNotDisturb);
    addFlag(form, tr("&Keep running in the tray when the window is closed"), &Settings::staysInTray,
            &Settings::setStaysInTray);
}

} // namespace nextchat::desktop
