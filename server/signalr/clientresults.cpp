// SPDX-License-Identifier: MIT
#include "server/signalr/clientresults.h"

#include <vector>

namespace nextchat::signalr {

ClientResults::Call ClientResults::open(Clock::time_point deadline)
{
    Call call{u's' % QString::number(++m_last), {}};
    m_waiting.emplace(call.invocationId, Waiting{call.answer, deadline});
    return call;
}

bool ClientResults::complete(const Completion &completion)
{
    const auto node = m_waiting.extract(completion.invocationId);
    if (node.empty())
        return false;
    if (completion.error.isNull())
        node.mapped().answer.resolve(completion.result.value_or(Value()));
    else
        node.mapped().answer.resolve(failure(Error::Code::Internal, completion.error));
    return true;
}

void ClientResults::expire(Clock::time_point now)
{
    std::vector<Answer> late;
    std::erase_if(m_waiting, [&](const auto &entry) {
        if (now < entry.second.deadline)
            return false;
        late.push_back(entry.second.answer);
        return true;
    });
    for (const Answer &answer : late)
        answer.resolve(failure(Error::Code::TimedOut, QStringLiteral("The client did not answer in time.")));
}

void ClientResults::failAll(const Error &error)
{
    for (const auto &[id, waiting] : std::exchange(m_waiting, {}))
        waiting.answer.resolve(tl::unexpected(error));
}

} // namespace nextchat::signalr
