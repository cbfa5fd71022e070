// SPDX-License-Identifier: MIT
#include "client-gui/model/rowheights.h"

#include <bit>

namespace nextchat::desktop {

namespace {

std::size_t lowBit(std::size_t i)
{
    return i & (~i + 1);
}

} // namespace

qint64 RowHeights::offset(int row) const
{
    qint64 sum = 0;
    for (std::size_t i = index(row); i > 0; i -= lowBit(i))
        sum += m_tree[i];
    return sum;
}

int RowHeights::rowAt(qint64 offset) const
{
    if (m_heights.empty())
        return -1;
    std::size_t row = 0;
    for (std::size_t step = std::bit_floor(m_heights.size()); step > 0; step /= 2) {
        if (row + step < m_tree.size() && m_tree[row + step] <= offset) {
            row += step;
            offset -= m_tree[row];
        }
    }
    return static_cast<int>(std::min(row, m_heights.size() - 1));
}

void RowHeights::insert(int row, int rows, int estimate)
{
    if (row == count()) {
        append(rows, estimate);
        return;
    }
    m_heights.insert(m_heights.begin() + row, index(rows), Height{estimate, false});
    rebuild();
}

void RowHeights::append(int rows, int estimate)
{
    if (m_tree.empty())
        m_tree.push_back(0);
    for (int i = 0; i < rows; ++i) {
        m_heights.push_back({estimate, false});
        const std::size_t position = m_heights.size();
        // What lies below it in the tree, and itself.
        m_tree.push_back(offset(static_cast<int>(position - 1))
                         - offset(static_cast<int>(position - lowBit(position))) + estimate);
    }
}

void RowHeights::remove(int row, int rows)
{
    m_heights.erase(m_heights.begin() + row, m_heights.begin() + row + rows);
    rebuild();
}

void RowHeights::setHeight(int row, int pixels)
{
    Height &height = m_heights[index(row)];
    const int difference = pixels - height.pixels;
    height = {pixels, true};
    if (difference != 0)
        add(index(row) + 1, difference);
}

void RowHeights::forget(int row)
{
    m_heights[index(row)].measured = false;
}

void RowHeights::forgetAll()
{
    for (Height &height : m_heights)
        height.measured = false;
}

void RowHeights::rebuild()
{
    m_tree.assign(m_heights.size() + 1, 0);
    for (std::size_t i = 1; i < m_tree.size(); ++i) {
        m_tree[i] += m_heights[i - 1].pixels;
        const std::size_t parent = i + lowBit(i);
        if (parent < m_tree.size())
            m_tree[parent] += m_tree[i];
    }
}

void RowHeights::add(std::size_t position, qint64 difference)
{
    for (std::size_t i = position; i < m_tree.size(); i += lowBit(i))
        m_tree[i] += difference;
}

} // namespace nextchat::desktop
