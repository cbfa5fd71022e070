// SPDX-License-Identifier: MIT
// The released client over each transport and encoding (checks 7, 15, 31 to 46, 54, 78, 95).
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HttpTransportType } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

import { Member } from '../fixture/member.mjs';
import { withServer } from '../fixture/suite.mjs';

const suite = withServer('--set', 'server.ioThreads=3', '--set', 'limits.connectionsPerUser=0',
                         '--set', 'limits.callsPerSecond=0');

const kinds = [
    ['WebSockets', false], ['WebSockets', true], ['ServerSentEvents', false], ['LongPolling', false],
    ['LongPolling', true],
];

for (const [transport, packed] of kinds) {
    const name = `${transport}, ${packed ? 'MessagePack' : 'JSON'}`;
    const settings = () => ({
        transport: HttpTransportType[transport],
        protocol: packed ? new MessagePackHubProtocol() : null,
    });
    const text = (message) => message.text ?? message.Text;

    test(`${name}: calls, errors and messages`, async () => {
        const ann = await suite.connect('ann', settings());
        const ben = await suite.connect('ben');
        const groupId = await suite.group(ann, ben);
        await assert.rejects(ann.invoke('LeaveGroup', ''), /A group id must be 1 to 64 characters/);
        const sent = ['é \u{1F600} \u2028 "\\', 'two\nlines\r\nand\rmore', 'x'.repeat(4096)];
        for (const one of sent) {
            await ben.invoke('SendMessage', groupId, one);
            await ann.invoke('SendMessage', groupId, one);
        }
        await ann.until(() => ann.messages.length === 2 * sent.length);
        assert.deepEqual(ann.messages.map(text), sent.flatMap((one) => [one, one]));
    });

    test(`${name}: calls that are sent together complete in order`, async () => {
        const ann = await suite.connect('ann', settings());
        const groupId = await suite.group(ann);
        const order = [];
        const long = 'y'.repeat(4000);
        await Promise.all(Array.from({ length: 300 }, (_, i) => ann.invoke('SendMessage', groupId, `${i} ${long}`)
            .then(() => order.push(i))));
        assert.deepEqual(order, Array.from({ length: 300 }, (_, i) => i));
        await ann.until(() => ann.messages.length === 300);
        assert.deepEqual(ann.messages.map((message) => Number(text(message).split(' ')[0])), order);
    });

    test(`${name}: a stream of history`, async () => {
        const ann = await suite.connect('ann', settings());
        const groupId = await suite.group(ann);
        for (let i = 0; i < 100; ++i)
            await ann.invoke('SendMessage', groupId, 'z'.repeat(4096));
        assert.equal((await ann.stream('StreamHistory', groupId, 0)).length, 100);
    });

    test(`${name}: a stop is seen by the others`, async () => {
        const ann = await suite.connect('ann', settings());
        const ben = await suite.connect('ben');
        const groupId = await suite.group(ann, ben);
        await ben.invoke('Watch', groupId, true);
        await ann.stop();
        await ben.until(() => ben.presence.some(([method, , user]) => method === 'OnMemberLeft' && user === 'ann'));
    });
}

test('without a choice of its own the client takes WebSockets, and falls back when they fail', async () => {
    class Broken {
        constructor() { throw new Error('no WebSockets here'); }
    }
    const member = new Member(suite.server.url, 'ann',
                              { transport: undefined, options: { transport: undefined, WebSocket: Broken } });
    suite.members.push(member);
    await member.connection.start();
    assert.equal(member.connection.connection.transport.constructor.name, 'ServerSentEventsTransport');
    assert.ok(Array.isArray(await member.invoke('ListGroups')));
});
