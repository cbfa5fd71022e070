// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/settings.h"

#include <QCheckBox>
#include <QDialog>
#include <QFormLayout>

namespace nextchat::desktop {

// The user's choices, which count at once. Main thread; `settings` must outlive it.
class SettingsDialog : public QDialog
{
    Q_OBJECT

public:
    explicit SettingsDialog(Settings &settings, QWidget *parent);

private:
    void addLook(QFormLayout &form);
    void addBehaviour(QFormLayout &form);
    void addFlag(QFormLayout &form, const QString &text, bool (Settings::*get)() const,
                 void (Settings::*set)(bool));

    Settings &m_settings;
};

} // namespace nextchat::desktop
