// SPDX-License-Identifier: MIT
#include "common/signalr/value.h"

namespace nextchat::signalr {

const Value *Value::member(QStringView name) const
{
    const std::vector<Member> *members = nullptr;
    if (const auto *map = get<Map>())
        members = &map->members;
    else if (const auto *record = get<Record>())
        members = &record->members;
    if (!members)
        return nullptr;
    const auto found = std::find_if(members->begin(), members->end(), [name](const Member &member) {
        return QStringView(member.name).compare(name, Qt::CaseInsensitive) == 0;
    });
    return found == members->end() ? nullptr : &found->value;
}

} // namespace nextchat::signalr
