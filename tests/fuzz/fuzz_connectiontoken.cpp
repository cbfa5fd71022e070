// SPDX-License-Identifier: MIT
#include "server/signalr/connectiontoken.h"
#include "tests/fuzz/invariant.h"

#include <cstdint>

using namespace nextchat;
using namespace nextchat::signalr;
using nextchat::fuzz::require;

namespace {

// The one token that was ever issued under this secret. It stands in the corpus.
const QByteArray connectionId = "AAECAwQFBgcICQoLDA0ODw";
const QString owner = QStringLiteral("alice");
const std::chrono::system_clock::time_point issueTime{std::chrono::seconds(1'700'000'000)};

// The input: one byte of age (signed, in steps of 3 seconds), then the token, then after a blank the user who
// shows it.
struct Attempt
{
    std::chrono::seconds age{0};
    QByteArray token;
    QString user;

    explicit Attempt(QByteArray input)
    {
        if (!input.isEmpty())
            age = std::chrono::seconds(3 * static_cast<signed char>(input.front()));
        input.remove(0, 1);
        const qsizetype blank = input.indexOf(' ');
        token = blank < 0 ? input : input.first(blank);
        user = blank < 0 ? owner : QString::fromUtf8(input.sliced(blank + 1));
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const ConnectionTokens tokens("a secret of this test");
    static const QByteArray issued = tokens.issue(connectionId, owner, issueTime);

    const Attempt attempt(QByteArray(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)));
    const auto verified = tokens.verify(attempt.token, attempt.user, issueTime + attempt.age);
    const bool good = attempt.token == issued && attempt.user == owner;
    require(verified.has_value() == good, "exactly what was issued verifies, for its user");
    require(!verified || verified->connectionId == connectionId, "a token stands for its connection");
    require(!verified || verified->isFresh == (abs(attempt.age) <= ConnectionTokens::lifetime),
            "a token opens a connection for its time");
    return 0;
}
