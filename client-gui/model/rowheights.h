// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <vector>

namespace nextchat::desktop {

// The heights of a list's rows, in pixels, some of them only estimated: finds the row at an offset, and the
// offset of a row, in O(log n), so that a list of any length is opened without being laid out. Value type.
class RowHeights
{
public:
    [[nodiscard]] int count() const { return static_cast<int>(m_heights.size()); }
    [[nodiscard]] int height(int row) const { return m_heights[index(row)].pixels; }
    [[nodiscard]] bool isMeasured(int row) const { return m_heights[index(row)].measured; }
    [[nodiscard]] qint64 total() const { return offset(count()); }

    // The distance from the top of the list to the top of `row`, 0 to count().
    [[nodiscard]] qint64 offset(int row) const;
    // The row that covers `offset`; the first or the last one outside of the list, -1 when it is empty.
    [[nodiscard]] int rowAt(qint64 offset) const;

    void insert(int row, int rows, int estimate); // before `row`
    void remove(int row, int rows);
    void setHeight(int row, int pixels); // measured
    void forget(int row); // its height becomes an estimate again
    void forgetAll(); // likewise of all, after a change of width or font

private:
    struct Height
    {
        int pixels = 0;
        bool measured = false;
    };

    static std::size_t index(int row) { return static_cast<std::size_t>(row); }
    void rebuild();
    void append(int rows, int estimate);
    void add(std::size_t position, qint64 difference);

    std::vector<Height> m_heights;
    std::vector<qint64> m_tree; // Fenwick: m_tree[i] sums the heights of the lowbit(i) rows up to i - 1
};

} // namespace nextchat::desktop
