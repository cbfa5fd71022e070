// SPDX-License-Identifier: MIT
// contract.md 1.2: Watch, Typing, and what they call on those who watch.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withServer } from '../fixture/suite.mjs';

// Several threads: what one user does on one of them is watched, and limited, on the others.
const suite = withServer('--set', 'limits.callsPerSecond=0', '--set', 'server.ioThreads=3',
                         '--set', 'groups.leaseDuration=1s');

test('a watcher hears who joins, types and leaves, in this order', async () => {
    const ann = await suite.connect('ann');
    const ben = await suite.connect('ben');
    const groupId = await suite.group(ann);
    assert.equal(await ann.invoke('Watch', groupId, true) ?? null, null);
    await ben.invoke('JoinGroup', groupId);
    assert.equal(await ben.invoke('Typing', groupId) ?? null, null);
    await ben.invoke('LeaveGroup', groupId);
    await ann.until(() => ann.presence.length === 3);
    assert.deepEqual(ann.presence, [
        ['OnMemberJoined', groupId, 'ben'],
        ['OnTyping', groupId, 'ben'],
        ['OnMemberLeft', groupId, 'ben'],
    ]);
    assert.deepEqual(ben.presence, []);
});

test('all who watch hear it, and nobody else', async () => {
    const watchers = await Promise.all(['w1', 'w2', 'w3', 'w4'].map((user) => suite.connect(user)));
    const other = await suite.connect('other');
    const ben = await suite.connect('ben');
    const groupId = await suite.group(...watchers, other);
    for (const watcher of watchers)
        await watcher.invoke('Watch', groupId, true);
    await watchers[3].invoke('Watch', groupId, false);
    await ben.invoke('JoinGroup', groupId);
    for (const watcher of watchers.slice(0, 3)) {
        await watcher.until(() => watcher.presence.length > 0);
        assert.deepEqual(watcher.presence, [['OnMemberJoined', groupId, 'ben']]);
    }
    for (const member of [watchers[3], other]) {
        await member.invoke('ListGroups');
        assert.deepEqual(member.presence, []);
    }
});

test('users are counted, not connections, and nobody hears of himself', async () => {
    const ann = await suite.connect('ann');
    const bens = await Promise.all(['ben', 'ben', 'ben'].map((user) => suite.connect(user)));
    const groupId = await suite.group(ann);
    await ann.invoke('Watch', groupId, true);
    for (const ben of bens)
        await ben.invoke('JoinGroup', groupId);
    await bens[0].invoke('Watch', groupId, true);
    await bens[1].invoke('Typing', groupId);
    for (const ben of bens)
        await ben.invoke('LeaveGroup', groupId);
    await ann.until(() => ann.presence.at(-1)?.[0] === 'OnMemberLeft');
    assert.deepEqual(ann.presence.map(([method]) => method), ['OnMemberJoined', 'OnTyping', 'OnMemberLeft']);
    assert.deepEqual(bens[0].presence, []);
});

test('typing goes out at most once a second per user and group', async () => {
    const ann = await suite.connect('ann');
    const bens = await Promise.all(['ben', 'ben', 'ben'].map((user) => suite.connect(user)));
    const carl = await suite.connect('carl');
    const groupId = await suite.group(ann, carl, ...bens);
    const otherId = await suite.group(ann, ...bens);
    for (const id of [groupId, otherId])
        await ann.invoke('Watch', id, true);
    const start = Date.now();
    for (let i = 0; i < 30; ++i)
        await Promise.all(bens.map((ben) => ben.invoke('Typing', groupId)));
    await bens[0].invoke('Typing', otherId);
    await carl.invoke('Typing', groupId);
    await ann.until(() => ann.presence.at(-1)?.[2] === 'carl' && ann.presence.some(([, id]) => id === otherId));
    const heard = ann.presence.filter(([, id, user]) => id === groupId && user === 'ben').length;
    const most = 2 + Math.floor((Date.now() - start) / 1000);
    assert.ok(heard >= 1 && heard <= most, `${heard} times`);
    // Later it goes out again.
    await new Promise((resolve) => {
        const again = setInterval(() => bens[0].invoke('Typing', groupId).catch(() => {}), 100);
        ann.until(() => ann.presence.filter(([, id, user]) => id === groupId && user === 'ben').length > heard)
            .finally(() => { clearInterval(again); resolve(); });
    });
});

test('watching ends with LeaveGroup, and does not begin again by joining', async () => {
    const ann = await suite.connect('ann');
    const ben = await suite.connect('ben');
    const groupId = await suite.group(ann, ben);
    await ann.invoke('Watch', groupId, true);
    await ann.invoke('JoinGroup', groupId); // joining again is not leaving
    await ben.invoke('LeaveGroup', groupId);
    await ann.until(() => ann.presence.length === 1);
    await ann.invoke('LeaveGroup', groupId);
    await ann.invoke('JoinGroup', groupId);
    await ben.invoke('JoinGroup', groupId);
    await ben.invoke('LeaveGroup', groupId);
    await ann.invoke('ListGroups');
    assert.deepEqual(ann.presence, [['OnMemberLeft', groupId, 'ben']]);
});

test('who ends the connection leaves at once, who loses it when the lease is over', async () => {
    const ann = await suite.connect('ann');
    const ben = await suite.connect('ben');
    const carl = await suite.connect('carl');
    const groupId = await suite.group(ann, ben, carl);
    await ann.invoke('Watch', groupId, true);
    carl.connection.connection.transport._webSocket.terminate(); // no Close: the connection is lost
    await ben.stop();
    await ann.until(() => ann.presence.length === 2);
    assert.deepEqual(ann.presence.map(([method, , user]) => [method, user]),
                     [['OnMemberLeft', 'ben'], ['OnMemberLeft', 'carl']]);
    assert.deepEqual(await ann.invoke('ListMembers', groupId), ['ann']);
});

test('Watch takes a boolean', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    for (const on of ['true', 1, null]) {
        await assert.rejects(ann.invoke('Watch', groupId, on),
                             { message: "Failed to invoke 'Watch' due to an error on the server." });
    }
});
