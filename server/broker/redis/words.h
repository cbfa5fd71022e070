// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <string_view>
#include <vector>

namespace nextchat::broker::redis {

// What commands are made of; valid as long as the bytes.
[[nodiscard]] inline std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), std::size_t(bytes.size())};
}

[[nodiscard]] inline std::vector<std::string_view> viewsOf(const std::vector<QByteArray> &words)
{
    std::vector<std::string_view> views;
    views.reserve(words.size());
    for (const QByteArray &word : words)
        views.push_back(view(word));
    return views;
}

} // namespace nextchat::broker::redis
