// SPDX-License-Identifier: MIT
// contract.md 1.1 to 1.3: what each method takes and gives.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withServer } from '../fixture/suite.mjs';

const suite = withServer('--set', 'limits.callsPerSecond=0', '--set', 'limits.createsPerMinute=0');
const sendTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00$/;

function assertMessage(message, { groupId, authorId, text, clientMessageId = null }) {
    assert.deepEqual(Object.keys(message).sort(),
                     ['authorId', 'clientMessageId', 'epoch', 'groupId', 'sendTime', 'seq', 'text']);
    assert.equal(message.groupId, groupId);
    assert.equal(message.authorId, authorId);
    assert.equal(message.text, text);
    assert.equal(message.clientMessageId, clientMessageId);
    assert.match(message.sendTime, sendTime);
    assert.ok(Number.isSafeInteger(message.seq) && message.seq > 0);
    assert.equal(typeof message.epoch, 'string');
}

async function fill(member, groupId, count) {
    for (let i = 1; i <= count; ++i)
        await member.invoke('SendMessage', groupId, `m${i}`);
}

const texts = (messages) => messages.map((message) => message.text);

test('CreateGroup and ListGroups: sorted by bytes, creating twice is no error', async () => {
    const ann = await suite.connect('ann');
    for (const groupId of ['list-b', 'list-a', 'list-B', 'list-é', 'list-a'])
        assert.equal(await ann.invoke('CreateGroup', groupId) ?? null, null);
    const groups = (await ann.invoke('ListGroups')).filter((group) => group.groupId.startsWith('list-'));
    assert.deepEqual(groups, ['list-B', 'list-a', 'list-b', 'list-é'].map((groupId) => ({ groupId })));
});

test('JoinGroup gives Ok as a number, and OnHistory before it completes', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await fill(ann, groupId, 3);
    const ben = await suite.connect('ben');
    const joining = ben.invoke('JoinGroup', groupId).then((result) => [result, ben.histories.length]);
    assert.deepEqual(await joining, [0, 1]);
    assert.deepEqual(texts(ben.histories[0]), ['m1', 'm2', 'm3']);
    assertMessage(ben.histories[0][0], { groupId, authorId: 'ann', text: 'm1' });
});

test('JoinGroup hands over the newest 50', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await fill(ann, groupId, 60);
    const ben = await suite.connect('ben');
    await ben.invoke('JoinGroup', groupId);
    assert.equal(ben.histories[0].length, 50);
    assert.equal(ben.histories[0][0].text, 'm11');
    assert.equal(ben.histories[0].at(-1).text, 'm60');
});

test('SendMessage reaches every member, the sender too, and nobody else (74)', async () => {
    const [ann, ben, carl] = await Promise.all(['ann', 'ben', 'carl'].map((user) => suite.connect(user)));
    const groupId = await suite.group(ann, ben);
    assert.equal(await ann.invoke('SendMessage', groupId, 'Hello') ?? null, null);
    for (const member of [ann, ben]) {
        await member.until(() => member.messages.length === 1);
        assertMessage(member.messages[0], { groupId, authorId: 'ann', text: 'Hello' });
    }
    assert.deepEqual(ann.messages[0], ben.messages[0]);
    await carl.invoke('ListGroups');
    assert.deepEqual(carl.messages, []);
});

test('LeaveGroup ends the messages; leaving again is no error (75)', async () => {
    const ann = await suite.connect('ann');
    const ben = await suite.connect('ben');
    const groupId = await suite.group(ann, ben);
    assert.equal(await ben.invoke('LeaveGroup', groupId) ?? null, null);
    await ben.invoke('LeaveGroup', groupId);
    await ann.invoke('SendMessage', groupId, 'gone?');
    await ann.until(() => ann.messages.length === 1);
    await ben.invoke('ListGroups');
    assert.deepEqual(ben.messages, []);
    assert.deepEqual(await ann.invoke('ListMembers', groupId), ['ann']);
});

test('PostMessage: the same id gives the same receipt and no second message', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    const receipt = await ann.invoke('PostMessage', groupId, 'once', 'id-1');
    assert.deepEqual(Object.keys(receipt).sort(), ['epoch', 'groupId', 'sendTime', 'seq']);
    assert.match(receipt.sendTime, sendTime);
    assert.deepEqual(await ann.invoke('PostMessage', groupId, 'once', 'id-1'), receipt);
    await ann.invoke('SendMessage', groupId, 'after');
    await ann.until(() => ann.messages.at(-1)?.text === 'after');
    assert.deepEqual(texts(ann.messages), ['once', 'after']);
    assertMessage(ann.messages[0], { groupId, authorId: 'ann', text: 'once', clientMessageId: 'id-1' });
    const { seq, epoch } = ann.messages[0];
    assert.deepEqual({ seq, epoch }, { seq: receipt.seq, epoch: receipt.epoch });
    assert.equal(ann.messages[1].seq, receipt.seq + 1);
});

test('PostMessage: ids count per sender and group', async () => {
    const ann = await suite.connect('ann');
    const ben = await suite.connect('ben');
    const one = await suite.group(ann, ben);
    const two = await suite.group(ann, ben);
    await ann.invoke('PostMessage', one, 'a', 'same');
    await ben.invoke('PostMessage', one, 'b', 'same');
    await ann.invoke('PostMessage', two, 'c', 'same');
    await ann.until(() => ann.messages.length === 3);
    assert.deepEqual(texts(ann.messages).sort(), ['a', 'b', 'c']);
});

test('GetHistory pages backwards, oldest first within a page', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await fill(ann, groupId, 25);
    const newest = await ann.invoke('GetHistory', groupId, null, 10);
    assert.deepEqual(Object.keys(newest).sort(), ['complete', 'hasMore', 'messages']);
    assert.deepEqual([newest.hasMore, newest.complete, newest.messages.length], [true, true, 10]);
    assert.equal(newest.messages[0].text, 'm16');
    const older = await ann.invoke('GetHistory', groupId, newest.messages[0].seq, 10);
    assert.deepEqual([older.messages[0].text, older.messages.at(-1).text, older.hasMore], ['m6', 'm15', true]);
    const oldest = await ann.invoke('GetHistory', groupId, older.messages[0].seq, 200);
    assert.deepEqual([texts(oldest.messages), oldest.hasMore], [['m1', 'm2', 'm3', 'm4', 'm5'], false]);
});

test('GetHistory stops at 256 KiB and says so', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    const long = '\u20ac'.repeat(4096); // 12,288 bytes
    for (let i = 0; i < 30; ++i)
        await ann.invoke('SendMessage', groupId, long);
    const page = await ann.invoke('GetHistory', groupId, null, 200);
    assert.equal(page.hasMore, true);
    assert.ok(page.messages.length > 10 && page.messages.length < 23, `${page.messages.length} messages`);
    assert.equal(page.messages.at(-1).seq, ann.messages.at(-1).seq);
});

test('ResumeGroup hands over what was missed', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await fill(ann, groupId, 5);
    const { seq, epoch } = (await ann.invoke('GetHistory', groupId, null, 10)).messages[1];
    const ben = await suite.connect('ben');
    const resumed = await ben.invoke('ResumeGroup', groupId, epoch, seq);
    assert.deepEqual(Object.keys(resumed).sort(),
                     ['complete', 'epoch', 'hasMore', 'messages', 'recovered', 'result']);
    assert.deepEqual([resumed.result, resumed.recovered, resumed.complete, resumed.hasMore, resumed.epoch],
                     [0, true, true, false, epoch]);
    assert.deepEqual(texts(resumed.messages), ['m3', 'm4', 'm5']);
    assert.deepEqual(ben.histories, []);
    await ben.invoke('SendMessage', groupId, 'joined again');
    await ben.until(() => ben.messages.length === 1);
});

test('SearchHistory finds parts of words without regard to case, in pages', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    for (const text of ['Grüße 1', 'nothing', 'GRÜSSE 2', '50%_\\', 'grüsse 3'])
        await ann.invoke('SendMessage', groupId, text);
    const all = await ann.invoke('SearchHistory', groupId, 'üSS', null, 50);
    assert.deepEqual(Object.keys(all).sort(), ['hasMore', 'messages', 'nextBeforeSeq']);
    assert.deepEqual([texts(all.messages), all.hasMore, all.nextBeforeSeq],
                     [['Grüße 1', 'GRÜSSE 2', 'grüsse 3'], false, null]);
    assertMessage(all.messages[0], { groupId, authorId: 'ann', text: 'Grüße 1' });
    const newest = await ann.invoke('SearchHistory', groupId, 'üSS', null, 1);
    assert.deepEqual([texts(newest.messages), newest.hasMore], [['grüsse 3'], true]);
    const older = await ann.invoke('SearchHistory', groupId, 'üSS', newest.nextBeforeSeq, 2);
    assert.deepEqual(texts(older.messages), ['Grüße 1', 'GRÜSSE 2']);
    assert.deepEqual(texts((await ann.invoke('SearchHistory', groupId, '0%_\\', null, 5)).messages), ['50%_\\']);
    assert.deepEqual((await ann.invoke('SearchHistory', groupId, '%%', null, 5)).messages, []);
});

test('ResumeGroup does not recover an unknown epoch, nor a position above the counter', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await fill(ann, groupId, 3);
    const { seq, epoch } = (await ann.invoke('GetHistory', groupId, null, 1)).messages[0];
    const ben = await suite.connect('ben');
    for (const [claimed, position] of [['no-such-epoch', seq], [epoch, seq + 1000]]) {
        const resumed = await ben.invoke('ResumeGroup', groupId, claimed, position);
        assert.deepEqual([resumed.result, resumed.recovered, resumed.epoch], [0, false, epoch]);
        assert.deepEqual(texts(resumed.messages), ['m1', 'm2', 'm3']);
    }
});

test('StreamHistory gives everything above a position, oldest first', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await fill(ann, groupId, 250);
    const all = await ann.stream('StreamHistory', groupId, 0);
    assert.deepEqual(texts(all), Array.from({ length: 250 }, (_, i) => `m${i + 1}`));
    const some = await ann.stream('StreamHistory', groupId, all[199].seq);
    assert.deepEqual(texts(some), texts(all).slice(200));
});

test('StreamHistory can be cancelled, and the connection goes on', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await fill(ann, groupId, 300);
    const items = [];
    await new Promise((resolve, reject) => {
        const subscription = ann.connection.stream('StreamHistory', groupId, 0).subscribe({
            next: (item) => {
                items.push(item);
                if (items.length === 5) {
                    subscription.dispose();
                    resolve();
                }
            },
            complete: () => reject(new Error('completed although it was cancelled')),
            error: reject,
        });
    });
    assert.deepEqual(await ann.invoke('ListMembers', groupId), ['ann']);
    assert.equal(items.length, 5);
    assert.equal((await ann.stream('StreamHistory', groupId, 0)).length, 300);
});

test('ListMembers counts users, not connections, sorted', async () => {
    const members = await Promise.all(['carl', 'ann', 'ben', 'ann'].map((user) => suite.connect(user)));
    const groupId = await suite.group(...members);
    assert.deepEqual(await members[0].invoke('ListMembers', groupId), ['ann', 'ben', 'carl']);
    await members[1].invoke('LeaveGroup', groupId);
    assert.deepEqual(await members[0].invoke('ListMembers', groupId), ['ann', 'ben', 'carl']);
    await members[3].stop(); // the last connection of ann; a clean close frees the place at once
    await members[0].invoke('ListGroups');
    assert.deepEqual(await members[0].invoke('ListMembers', groupId), ['ben', 'carl']);
});

test('a message reaches all connections of a user that are in the group (79)', async () => {
    const members = await Promise.all(['ben', 'ben', 'ben', 'ann'].map((user) => suite.connect(user)));
    const outside = await suite.connect('ben');
    const groupId = await suite.group(...members);
    await members[3].invoke('SendMessage', groupId, 'Hello');
    for (const member of members) {
        await member.until(() => member.messages.length === 1);
        assert.equal(member.messages[0].text, 'Hello');
    }
    await outside.invoke('ListGroups');
    assert.deepEqual(outside.messages, []);
});

test('FindGroups pages through a prefix', async () => {
    const ann = await suite.connect('ann');
    for (const groupId of ['find-3', 'find-1', 'find-2', 'fin', 'other'])
        await ann.invoke('CreateGroup', groupId);
    const ids = async (...args) => (await ann.invoke('FindGroups', ...args)).map((group) => group.groupId);
    assert.deepEqual(await ids('find-', null, 2), ['find-1', 'find-2']);
    assert.deepEqual(await ids('find-', 'find-2', 2), ['find-3']);
    assert.deepEqual(await ids('find-', 'find-3', 2), []);
});

test('names of methods are matched without regard to case', async () => {
    const ann = await suite.connect('ann');
    assert.ok(Array.isArray(await ann.invoke('listgroups')));
    assert.ok(Array.isArray(await ann.invoke('LISTGROUPS')));
});

const longest = {
    'plain': 'x'.repeat(4096),
    'emoji': '\u{1F600}'.repeat(2048),
    'mixed scripts and joiners': 'a\u{1F468}\u200D\u{1F469}\u200D\u{1F467}e\u0301 \u0440\u0443\u0441 \u4E2D\u6587 '
        .repeat(200).slice(0, 4000).padEnd(4096, '.'),
    'line breaks, quotes, U+2028': '"\\\n\t\u2028\u0001<&>'.repeat(512).slice(0, 4096),
};
for (const [name, text] of Object.entries(longest)) {
    test(`4096 characters arrive as they were sent: ${name}`, async () => {
        const ann = await suite.connect('ann');
        const groupId = await suite.group(ann);
        assert.equal(text.length, 4096);
        await ann.invoke('SendMessage', groupId, text);
        await ann.until(() => ann.messages.length === 1);
        assert.equal(ann.messages[0].text, text);
        assert.equal((await ann.invoke('GetHistory', groupId, null, 1)).messages[0].text, text);
    });
}

test('texts with a byte order mark or noncharacters come back from history as they were', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    for (const text of ['\uFEFFmarked', '\uFFFEab', 'a\uFFFF', '\u{1FFFE}', 'a\u0000b']) {
        await ann.invoke('SendMessage', groupId, text);
        await ann.until(() => ann.messages.at(-1)?.text === text);
        assert.equal((await ann.invoke('GetHistory', groupId, null, 1)).messages[0].text, text);
    }
});

test('groups that differ by a byte order mark are two groups, also for history', async () => {
    const ann = await suite.connect('ann');
    const groups = ['mark', '\uFEFFmark'];
    for (const groupId of groups) {
        await ann.invoke('CreateGroup', groupId);
        await ann.invoke('JoinGroup', groupId);
        await ann.invoke('PostMessage', groupId, `to ${groupId}`, 'id');
    }
    for (const groupId of groups) {
        const { messages } = await ann.invoke('GetHistory', groupId, null, 10);
        assert.deepEqual(texts(messages), [`to ${groupId}`]);
    }
    await suite.server.kill9();
    await suite.server.start();
    const ben = await suite.connect('ben');
    const ids = (await ben.invoke('ListGroups')).map((group) => group.groupId);
    assert.deepEqual(groups.filter((groupId) => ids.includes(groupId)), groups);
});
