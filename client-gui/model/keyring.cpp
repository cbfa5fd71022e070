// SPDX-License-Identifier: MIT
#include "client-gui/model/keyring.h"

#ifdef NEXTCHAT_KEYRING

#include "client-gui/model/desktoplog.h"

#include <qt6keychain/keychain.h>

namespace nextchat::desktop {

namespace {

const QString service = QStringLiteral("nextchat");

// Whatever the reason: what was not written is asked for again.
void logFailure(const QKeychain::Job &job)
{
    if (job.error() != QKeychain::NoError && job.error() != QKeychain::EntryNotFound)
        qCInfo(desktopLog) << "The keyring is of no use:" << job.errorString();
}

// Jobs delete themselves; one that has begun must not be deleted by others.
class SystemKeyring : public Keyring
{
public:
    void read(const QString &key, std::function<void(QString)> answer) override
    {
        auto *job = new QKeychain::ReadPasswordJob(service);
        QObject::connect(job, &QKeychain::Job::finished, job, [job, answer = std::move(answer)] {
            logFailure(*job);
            answer(job->error() == QKeychain::NoError ? job->textData() : QString());
        });
        begin(*job, key);
    }

    void write(const QString &key, const QString &secret) override
    {
        auto *job = new QKeychain::WritePasswordJob(service);
        job->setTextData(secret);
        QObject::connect(job, &QKeychain::Job::finished, job, [job] { logFailure(*job); });
        begin(*job, key);
    }

    void remove(const QString &key) override
    {
        auto *job = new QKeychain::DeletePasswordJob(service);
        QObject::connect(job, &QKeychain::Job::finished, job, [job] { logFailure(*job); });
        begin(*job, key);
    }

private:
    static void begin(QKeychain::Job &job, const QString &key)
    {
        job.setInsecureFallback(false);
        job.setKey(key);
        job.start();
    }
};

} // namespace

std::unique_ptr<Keyring> systemKeyring()
{
    return std::make_unique<SystemKeyring>();
}

} // namespace nextchat::desktop

#else

std::unique_ptr<nextchat::desktop::Keyring> nextchat::desktop::systemKeyring()
{
    return nullptr;
}

#endif
