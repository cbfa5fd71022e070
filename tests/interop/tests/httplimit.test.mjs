// SPDX-License-Identifier: MIT
// Hardly more HTTP connections than clients need (`limits.httpConnections`): no request of one that polls is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HttpTransportType } from '@microsoft/signalr';

import { withServer } from '../fixture/suite.mjs';

// A client has one for its poll and one for what it sends, and Node some more for them all.
const clients = 20;
const suite = withServer('--set', 'limits.httpConnections=56', '--set', 'server.ioThreads=1',
                         '--set', 'limits.callsPerSecond=0');
const rounds = 50;

test('clients that poll keep what they send where connections are few', { timeout: 240_000 }, async () => {
    const members = [];
    for (let i = 0; i < clients; ++i)
        members.push(await suite.connect(`user-${i}`, { transport: HttpTransportType.LongPolling }));
    const groupId = await suite.group(...members);
    for (let round = 0; round < rounds; ++round)
        await Promise.all(members.map((member) => member.invoke('SendMessage', groupId, `${member.user} ${round}`)));
    const all = clients * rounds;
    for (const member of members) {
        await member.until(() => member.messages.length >= all, 'all messages', 120_000);
        assert.deepEqual(member.messages.map((message) => message.seq), Array.from({ length: all }, (_, i) => i + 1));
    }
});
