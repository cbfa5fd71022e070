// SPDX-License-Identifier: MIT
#include "tests/integration/soakmember.h"

#include <QPointer>
#include <qcorotimer.h>

namespace nextchat::test {

using namespace std::chrono_literals;
using chat::ChatClient;

namespace {

constexpr auto outside = 200ms; // between leaving and coming back
constexpr auto pauseAfterFailure = 100ms;

} // namespace

SoakMember::SoakMember(QUrl url, QString name, QString groupId)
    : m_url(std::move(url))
    , m_name(std::move(name))
    , m_groupId(std::move(groupId))
{
    makeUser();
}

void SoakMember::makeUser()
{
    m_user = std::make_unique<ChatUser>(m_url, m_name);
    connect(m_user->client.get(), &ChatClient::groupLost, this, [this] {
        if (m_phase != Phase::In)
            return;
        endStay();
        comeIn();
    });
}

void SoakMember::enter()
{
    comeIn();
}

void SoakMember::post()
{
    if (m_user->client->post(m_groupId, QString::number(m_posted)))
        ++m_posted;
    else
        ++m_refused;
}

bool SoakMember::leave()
{
    if (!isAtRest())
        return false;
    m_phase = Phase::Leaving;
    goOutAndComeBack();
    return true;
}

void SoakMember::drop()
{
    ++m_life;
    if (m_phase != Phase::Out)
        endStay();
    m_ended += m_user->ended;
    m_missed += m_user->missed;
    m_lost += m_user->lost;
    m_reconnects += m_user->reconnects;
    const QJsonArray kept = m_user->client->outbox().toJson();
    m_user.reset(); // first: both have the same name
    makeUser();
    m_user->client->outbox().restore(kept);
    comeIn();
}

bool SoakMember::isAtRest() const
{
    ChatClient &client = *m_user->client;
    return isIn() && client.outbox().items().isEmpty() && client.joinedGroups().contains(m_groupId);
}

Books SoakMember::books() const
{
    Books books{.author = m_name,
                .posted = m_posted,
                .refused = m_refused,
                .ended = m_ended + m_user->ended,
                .stays = m_stays,
                .missed = m_missed + m_user->missed,
                .lost = m_lost + m_user->lost};
    if (m_phase != Phase::Out)
        books.stays.append({m_user->received, false});
    return books;
}

QCoro::Task<> SoakMember::comeIn()
{
    const QPointer<SoakMember> self(this);
    const int life = m_life;
    for (;;) {
        const bool in = co_await tryToComeIn();
        if (!self || life != m_life)
            co_return;
        if (in) {
            m_phase = Phase::In;
            co_return;
        }
        co_await QCoro::sleepFor(pauseAfterFailure);
        if (!self || life != m_life)
            co_return;
    }
}

// A failure is no finding: the server dies now and then.
QCoro::Task<bool> SoakMember::tryToComeIn()
{
    const QPointer<SoakMember> self(this);
    const int life = m_life;
    if (m_user->client->state() == ChatClient::State::Disconnected) {
        const Expected<void> started = co_await m_user->client->start();
        if (!self || life != m_life || !started)
            co_return false;
    }
    const Expected<void> created = co_await m_user->client->createGroup(m_groupId);
    if (!self || life != m_life || !created)
        co_return false;
    m_user->received.clear(); // of an earlier stay or attempt
    const Expected<chat::GroupJoinResult> joined = co_await m_user->client->joinGroup(m_groupId);
    const bool in = self && life == m_life && joined == chat::GroupJoinResult::Ok;
    co_return in;
}

QCoro::Task<> SoakMember::goOutAndComeBack()
{
    const QPointer<SoakMember> self(this);
    const int life = m_life;
    (void)co_await m_user->client->leaveGroup(m_groupId);
    if (!self || life != m_life)
        co_return;
    if (m_user->client->joinedGroups().contains(m_groupId)) { // refused for now: it stays
        m_phase = Phase::In;
        co_return;
    }
    endStay();
    co_await QCoro::sleepFor(outside);
    if (self && life == m_life)
        comeIn();
}

void SoakMember::endStay()
{
    m_stays.append({m_user->received, true});
    m_phase = Phase::Out;
}

} // namespace nextchat::test
