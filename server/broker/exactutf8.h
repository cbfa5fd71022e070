// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringDecoder>

#include <optional>
#include <string_view>

namespace nextchat::broker {

// The text that these bytes are in UTF-8, a leading U+FEFF included, which QString::fromUtf8() drops. Nothing
// when they are none.
[[nodiscard]] inline std::optional<QString> fromExactUtf8(std::string_view bytes)
{
    using Flag = QStringDecoder::Flag;
    QStringDecoder decoder(QStringDecoder::Utf8, Flag::Stateless | Flag::ConvertInitialBom);
    const QString text = decoder(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())));
    return decoder.hasError() ? std::nullopt : std::optional(text);
}

} // namespace nextchat::broker
