// SPDX-License-Identifier: MIT
// The released client's stateful reconnect (checks 10, 98 to 102).
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import WebSocket from 'ws';

import { withServer } from '../fixture/suite.mjs';

const suite = withServer('--set', 'limits.callsPerSecond=0');

for (const packed of [false, true]) {
    test(`nothing is lost, doubled or reordered, ${packed ? 'MessagePack' : 'JSON'}`, async () => {
        const sockets = []; // that the test can break, as a lost network does: without a close handshake
        class Breakable extends WebSocket {
            constructor(...args) {
                super(...args);
                sockets.push(this);
            }
        }
        const ann = await suite.connect('ann', {
            resume: true,
            protocol: packed ? new MessagePackHubProtocol() : null,
            options: { WebSocket: Breakable },
        });
        const ben = await suite.connect('ben');
        const groupId = await suite.group(ann, ben);
        const id = ann.connection.connectionId;
        let closed = false;
        ann.connection.onclose(() => { closed = true; });
        const count = 300;
        for (let i = 0; i < count; ++i) {
            const sends = [ben.invoke('SendMessage', groupId, `b${i}`), ann.invoke('SendMessage', groupId, `a${i}`)];
            if (i % 50 === 25)
                sockets.at(-1).terminate();
            await Promise.all(sends);
        }
        await ann.until(() => ann.messages.length === 2 * count);
        await ben.until(() => ben.messages.length === 2 * count);
        const seqs = ann.messages.map((message) => message.seq ?? message.Seq);
        assert.deepEqual(seqs, Array.from({ length: 2 * count }, (_, i) => seqs[0] + i));
        assert.equal(ann.connection.connectionId, id);
        assert.equal(closed, false);
        assert.ok(sockets.length > 5, `${sockets.length} sockets`);
    });
}
