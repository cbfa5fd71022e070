// SPDX-License-Identifier: MIT
// P1: all members of a group see the same messages in the same order.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withServer } from '../fixture/suite.mjs';

const suite = withServer('--set', 'limits.callsPerSecond=0');

test('1,000 messages of 5 senders reach 10 members in one order (77)', async () => {
    const members = await Promise.all(Array.from({ length: 10 }, (_, i) => suite.connect(`user-${i}`)));
    const groupId = await suite.group(...members);
    const senders = members.slice(0, 5);
    await Promise.all(senders.map(async (sender) => {
        const sent = Array.from({ length: 200 }, (_, i) => sender.invoke('SendMessage', groupId, `${sender.user}:${i}`));
        await Promise.all(sent);
    }));
    await Promise.all(members.map((member) => member.until(() => member.messages.length >= 1000)));
    await Promise.all(members.map((member) => member.invoke('ListGroups'))); // nothing more is on its way

    const first = members[0].messages;
    assert.equal(first.length, 1000);
    for (let i = 1; i < first.length; ++i)
        assert.deepEqual([first[i].seq, first[i].epoch], [first[0].seq + i, first[0].epoch]);
    for (const member of members)
        assert.deepEqual(member.messages, first, `${member.user} saw something else`);
    for (const { user } of senders) {
        const own = first.filter((message) => message.authorId === user).map((message) => message.text);
        assert.deepEqual(own, Array.from({ length: 200 }, (_, i) => `${user}:${i}`));
    }
    assert.deepEqual(await members[9].stream('StreamHistory', groupId, 0), first);
});

test('a member that joins while others write has no gap and no double', async () => {
    const [ann, ben] = await Promise.all(['ann', 'ben'].map((user) => suite.connect(user)));
    const groupId = await suite.group(ann);
    let joining = null;
    for (let i = 0; i < 300; ++i) {
        await ann.invoke('SendMessage', groupId, `m${i}`);
        if (i === 100)
            joining = ben.invoke('JoinGroup', groupId);
    }
    assert.equal(await joining, 0);
    await ben.until(() => ben.messages.at(-1)?.text === 'm299');
    const seen = [...ben.histories[0], ...ben.messages].map((message) => message.seq);
    assert.deepEqual(seen, seen.map((_, i) => seen[0] + i));
});
