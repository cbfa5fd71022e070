// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QTimer>

#include <functional>

namespace nextchat {

// Looks every few seconds whether files have changed: keys, certificates. Contents are compared, as no
// notification covers network folders and the symbolic links of Kubernetes alike. What can't be used leaves
// what was before in force, and is logged once. Lives in the main thread.
class Rotation : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds interval{2};

    // `what`: the plural for the log. `read`: reads the files, and says whether something has changed.
    Rotation(QString what, std::function<Expected<bool>()> read, QObject *parent = nullptr);

    void refresh(); // now

private:
    QString m_what;
    std::function<Expected<bool>()> m_read;
    QTimer m_timer;
    QString m_complaint; // the last one; null while all is well
};

} // namespace nextchat
