// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/postedrecords.h"
#include "server/net/transport.h"

namespace nextchat::net {

// A transport whose records come in by POST requests.
class HttpTransport : public Transport
{
public:
    [[nodiscard]] PostedRecords &posts() { return m_posts; }

    void setReading(bool on) override { m_posts.setReading(on); }

private:
    PostedRecords m_posts;
};

} // namespace nextchat::net
