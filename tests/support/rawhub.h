// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/rawclient.h"

#include <QJsonArray>
#include <QJsonObject>

namespace nextchat::test {

constexpr char recordSeparator = 0x1e;

// A SignalR connection over a raw WebSocket, JSON protocol: what it sends and what it sees is up to the test.
class RawHub
{
public:
    // Connects and upgrades; with `shakeHands` also completes the handshake. Look at isOpen().
    RawHub(quint16 port, const QByteArray &user, bool shakeHands = true, const QByteArray &query = {});

    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] RawClient &wire() { return m_wire; }

    bool sendRecord(const QByteArray &json); // adds the separator, one text message
    bool sendRecord(const QJsonObject &object);
    bool sendText(const QByteArray &payload); // as it is

    // The next record of the JSON protocol, Pings (type 6) left out; over frames and fragments. WebSocket
    // pings are answered. Empty when none came in time or the connection ended.
    [[nodiscard]] QByteArray nextRecord(std::chrono::milliseconds patience = usualPatience);
    [[nodiscard]] QJsonObject next(std::chrono::milliseconds patience = usualPatience);
    // The next record for which `field` is `value`; others are dropped.
    [[nodiscard]] QJsonObject nextWith(const QString &field, const QJsonValue &value,
                                       std::chrono::milliseconds patience = usualPatience);

    // Invokes with an id of its own and gives the Completion; what comes before it is kept for next().
    [[nodiscard]] QJsonObject invoke(const QString &target, const QJsonArray &arguments = {});
    // The Completion's error; empty when there is none, "(no completion)" when none came.
    [[nodiscard]] QString errorOf(const QString &target, const QJsonArray &arguments = {});

    // Reads on until the connection ends. True when it does, in time; then the records read and the close
    // code are there.
    [[nodiscard]] bool waitForClose(std::chrono::milliseconds patience = usualPatience);
    [[nodiscard]] int closeCode() const { return m_closeCode; } // 0 when the end came without a Close frame
    // The Close record (type 7) that came before the end, empty without one.
    [[nodiscard]] QJsonObject closeRecord() const { return m_closeRecord; }
    [[nodiscard]] const QByteArray &handshakeAnswer() const { return m_handshakeAnswer; }

private:
    [[nodiscard]] bool readRecords(std::chrono::milliseconds patience);
    [[nodiscard]] QByteArray takeRecord(std::chrono::milliseconds patience);

    RawClient m_wire;
    bool m_open = false;
    int m_closeCode = 0;
    int m_lastId = 0;
    QJsonObject m_closeRecord;
    QByteArray m_handshakeAnswer;
    QByteArray m_partial; // text received, not yet a whole record
    QList<QByteArray> m_records;
};

} // namespace nextchat::test
