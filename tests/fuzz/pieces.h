// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayView>

#include <cstdint>
#include <span>
#include <vector>

namespace nextchat::fuzz {

// An input that says how a connection's bytes arrive: its first byte (modulo 16) is a count, that many bytes
// are the sizes of pieces, used in turn (0 counts as 256), and the rest is what arrives. No sizes: in one
// piece.
class Pieces
{
public:
    Pieces(const std::uint8_t *data, std::size_t size)
        : m_bytes(data, size)
    {
        if (m_bytes.empty())
            return;
        const std::size_t count = std::min<std::size_t>(m_bytes.front() % 16, m_bytes.size() - 1);
        m_sizes = m_bytes.subspan(1, count);
        m_bytes = m_bytes.subspan(1 + count);
    }

    [[nodiscard]] std::vector<char> whole() const { return {m_bytes.begin(), m_bytes.end()}; }

    // Calls `take` with one piece after the other, each in memory of its own, so that a read beyond its end
    // shows. Stops when `take` returns false.
    template <typename Take> void each(Take take) const
    {
        auto rest = m_bytes;
        for (std::size_t turn = 0; !rest.empty(); ++turn) {
            const std::size_t next = m_sizes.empty() ? rest.size() : m_sizes[turn % m_sizes.size()];
            const std::size_t size = std::min(next == 0 ? std::size_t(256) : next, rest.size());
            std::vector<char> piece(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
            rest = rest.subspan(size);
            if (!take(piece))
                return;
        }
    }

private:
    std::span<const std::uint8_t> m_sizes;
    std::span<const std::uint8_t> m_bytes;
};

} // namespace nextchat::fuzz
