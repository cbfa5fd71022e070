// SPDX-License-Identifier: MIT
#include "server/net/postedrecords.h"

namespace nextchat::net {

PostedRecords::~PostedRecords()
{
    for (Post &post : std::exchange(m_posts, {})) {
        if (post.isComplete)
            post.connection->respond(HttpResponse::text(404, "No Connection with that ID"));
        else
            post.connection->readBody(nullptr);
    }
}

PostedRecords::Post *PostedRecords::find(const HttpConnection &connection)
{
    const auto found = std::find_if(m_posts.begin(), m_posts.end(),
                                    [&](const Post &post) { return post.connection == &connection; });
    return found == m_posts.end() ? nullptr : &*found;
}

bool PostedRecords::add(HttpConnection &connection)
{
    if (m_posts.size() >= most)
        return false;
    m_posts.push_back({.connection = &connection});
    connection.readBody(this);
    return true;
}

void PostedRecords::complete(HttpConnection &connection, HttpHeaders headers)
{
    Post *post = find(connection);
    Q_ASSERT(post);
    post->isComplete = true;
    connection.answerLater(this, std::move(headers));
    take();
}

void PostedRecords::bodyArrived(HttpConnection &connection, QByteArray piece)
{
    Post *post = find(connection);
    if (!post)
        return;
    post->waiting += piece;
    connection.setBodyFlowing(false);
    take();
}

void PostedRecords::requesterGone(HttpConnection &connection)
{
    std::erase_if(m_posts, [&](const Post &post) { return post.connection == &connection; });
    take();
}

void PostedRecords::setReading(bool on)
{
    m_reading = on;
    take();
}

// The handler may end the connection, and a body or an answer that goes on may bring the next.
void PostedRecords::take()
{
    if (std::exchange(m_taking, true))
        return;
    while ((m_ended || (m_reading && m_handler)) && !m_posts.empty()) {
        HttpConnection &connection = *m_posts.front().connection;
        if (!m_posts.front().waiting.isEmpty()) {
            QByteArray records = std::exchange(m_posts.front().waiting, {});
            if (m_handler)
                m_handler->recordsArrived({records.data(), static_cast<std::size_t>(records.size())});
            continue;
        }
        if (m_posts.front().isComplete) {
            m_posts.pop_front();
            connection.respond(HttpResponse::text(200, QByteArray()));
            continue;
        }
        connection.setBodyFlowing(true);
        if (m_posts.empty()
            || (m_posts.front().connection == &connection && m_posts.front().waiting.isEmpty()
                && !m_posts.front().isComplete))
            break; // the rest has not come yet
    }
    m_taking = false;
}

// What has been taken is answered as such, also when it was that which ended the connection.
void PostedRecords::end()
{
    m_handler = nullptr;
    m_ended = true;
    take();
}

} // namespace nextchat::net
