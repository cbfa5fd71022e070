// SPDX-License-Identifier: MIT
// Many clients without WebSockets in one group: each gets every message, once and in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HttpTransportType } from '@microsoft/signalr';

import { withServer } from '../fixture/suite.mjs';

// All clients share one process here: none is to be taken for slow, or to take the server for gone.
const suite = withServer('--set', 'limits.groupMembers=0', '--set', 'limits.callsPerSecond=0',
                         '--set', 'limits.outboundTime=0', '--set', 'signalr.clientTimeoutInterval=1h',
                         '--set', 'signalr.disconnectTimeout=10m');
const serverTimeout = 600_000; // ms
// Clients of each transport. Node needs more of a machine for them than the server does.
const each = Number(process.env.NEXTCHAT_CROWD ?? 100);
const atOnce = 50;
const messages = 100;

test(`${each} clients over Server-Sent Events and ${each} over long polling`, { timeout: 880_000 }, async () => {
    const sender = await suite.connect('sender');
    const groupId = await suite.group(sender);
    const kinds = [HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];
    const crowd = [];
    for (let first = 0; first < 2 * each; first += atOnce) {
        crowd.push(...await Promise.all(Array.from({ length: atOnce }, async (_, i) => {
            const member = await suite.connect(`user-${first + i}`, { transport: kinds[(first + i) % 2] });
            member.connection.serverTimeoutInMilliseconds = serverTimeout;
            await member.invoke('JoinGroup', groupId);
            return member;
        })));
    }
    for (let i = 0; i < messages; ++i)
        await sender.invoke('SendMessage', groupId, `message ${i}`);
    const expected = Array.from({ length: messages }, (_, i) => `message ${i}`);
    await Promise.all(crowd.map(async (member) => {
        await member.until(() => member.messages.length >= messages, 'all messages', 600_000);
        assert.deepEqual(member.messages.map((message) => message.text), expected);
    }));
});
