// SPDX-License-Identifier: MIT
// The client's own automatic reconnect over a server that was killed; P1 to P3 hold across it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withServer } from '../fixture/suite.mjs';

const suite = withServer('--set', 'limits.callsPerSecond=0');
const reconnectDelays = Array.from({ length: 100 }, () => 100);

function reconnectedOnce(member) {
    return new Promise((resolve, reject) => {
        member.connection.onreconnected(resolve);
        member.connection.onclose((error) => reject(error ?? new Error('closed')));
    });
}

test('after kill -9 and restart, ResumeGroup misses nothing (115)', async () => {
    const ann = await suite.connect('ann', { reconnectDelays });
    const ben = await suite.connect('ben', { reconnectDelays });
    const groupId = await suite.group(ann, ben);
    for (let i = 1; i <= 20; ++i)
        await ann.invoke('SendMessage', groupId, `before ${i}`);
    await ben.until(() => ben.messages.length === 20);
    const back = Promise.all([ann, ben].map(reconnectedOnce));

    await suite.server.kill9();
    await suite.server.start();
    await back;

    // Ann is back first and writes before Ben asks for what he missed.
    const last = ann.messages.at(-1) ?? ben.messages.at(-1);
    assert.equal((await ann.invoke('ResumeGroup', groupId, last.epoch, last.seq)).recovered, true);
    for (let i = 1; i <= 5; ++i)
        await ann.invoke('SendMessage', groupId, `while away ${i}`);

    const known = ben.messages.at(-1);
    const resumed = await ben.invoke('ResumeGroup', groupId, known.epoch, known.seq);
    assert.deepEqual([resumed.result, resumed.recovered, resumed.complete], [0, true, true]);
    assert.deepEqual(resumed.messages.map((message) => message.text),
                     [1, 2, 3, 4, 5].map((i) => `while away ${i}`));
    await ann.invoke('SendMessage', groupId, 'live again');
    await ben.until(() => ben.messages.at(-1).text === 'live again');

    const seen = [...ben.messages.slice(0, 20), ...resumed.messages, ...ben.messages.slice(20)];
    assert.equal(seen.length, 26);
    for (let i = 1; i < seen.length; ++i) {
        if (seen[i].epoch === seen[i - 1].epoch)
            assert.equal(seen[i].seq, seen[i - 1].seq + 1);
        else
            assert.ok(seen[i].seq > seen[i - 1].seq);
    }
});

test('a message accepted before kill -9 is posted again without a double', async () => {
    const ann = await suite.connect('ann', { reconnectDelays });
    const groupId = await suite.group(ann);
    const receipt = await ann.invoke('PostMessage', groupId, 'accepted', 'the-id');
    const back = reconnectedOnce(ann);
    await suite.server.kill9();
    await suite.server.start();
    await back;
    await ann.invoke('ResumeGroup', groupId, receipt.epoch, receipt.seq);
    assert.deepEqual(await ann.invoke('PostMessage', groupId, 'accepted', 'the-id'), receipt);
    const { messages } = await ann.invoke('GetHistory', groupId, null, 10);
    assert.deepEqual(messages.map((message) => message.text), ['accepted']);
});

test('a server that is told to end says so, and clients come back to the next one', async () => {
    const ann = await suite.connect('ann', { reconnectDelays });
    const back = reconnectedOnce(ann);
    assert.equal(await suite.server.terminate(), 0);
    await suite.server.start();
    await back;
    assert.ok(Array.isArray(await ann.invoke('ListGroups')));
});
