// SPDX-License-Identifier: MIT
// P8: any replica will do. The released client negotiates on one server, connects to another, is cut, comes
// back to a third, and resumes.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { Member } from '../fixture/member.mjs';
import { Replicas } from '../fixture/replicas.mjs';

const reconnectDelays = Array.from({ length: 200 }, () => 50);
let replicas;
let members = [];

before(async () => {
    replicas = await Replicas.start(3, '--set', 'limits.callsPerSecond=0', '--set', 'groups.leaseDuration=3s');
});
afterEach(async () => {
    await Promise.allSettled(members.map((member) => member.stop()));
    members = [];
});
after(async () => { await replicas?.dispose(); });

async function crowd(groupId, ...users) {
    const all = await Promise.all(users.map((user) => Member.connect(replicas.url, user, { reconnectDelays })));
    members.push(...all);
    await all[0].invoke('CreateGroup', groupId);
    await Promise.all(all.map((member) => member.invoke('JoinGroup', groupId)));
    return all;
}

function reconnected(member) {
    return new Promise((resolve, reject) => {
        member.connection.onreconnected(resolve);
        member.connection.onclose((error) => reject(error ?? new Error('closed')));
    });
}

// Posts until it is accepted, under one id.
async function post(member, groupId, text) {
    for (;;) {
        try {
            return await member.invoke('PostMessage', groupId, text, text);
        } catch (error) {
            assert.match(String(error), /temporarily unavailable|not known whether|not a member|connection|Invocation canceled|WebSocket closed/i);
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }
}

test('members on all servers see one order (107)', async () => {
    const users = Array.from({ length: 9 }, (_, i) => `user-${i}`);
    const all = await crowd('one-order', ...users);
    await Promise.all(all.map(async (member) => {
        for (let i = 0; i < 20; ++i)
            await member.invoke('SendMessage', 'one-order', `${member.user} ${i}`);
    }));
    const seen = (member) => member.messages.map((message) => [message.seq, message.text]);
    for (const member of all) {
        await member.until(() => member.messages.length === 180);
        assert.deepEqual(seen(member), seen(all[0]));
    }
    assert.deepEqual(all[0].messages.map((message) => message.seq), Array.from({ length: 180 }, (_, i) => i + 1));
    assert.deepEqual(await all[0].invoke('ListMembers', 'one-order'), users);
});

for (const [what, disturb] of [
    ['every connection is cut', async () => replicas.cut()],
    ['a server is killed', async () => { await replicas.servers[1].kill9(); }],
]) {
    test(`when ${what}, everybody comes back anywhere and resumes (105, 106, 108, 109)`, async () => {
        const groupId = `resumes when ${what}`;
        const all = await crowd(groupId, 'ann', 'ben', 'carl', 'dan', 'eve', 'fred');
        for (let i = 0; i < 10; ++i)
            await all[i % 6].invoke('PostMessage', groupId, `before ${i}`, `before ${i}`);
        for (const member of all)
            await member.until(() => member.messages.length === 10);
        const writing = (async () => {
            for (let i = 0; i < 20; ++i)
                await post(all[i % 6], groupId, `while ${i}`);
        })();
        const resume = async (member) => {
            member.connection.onreconnected(async () => {
                const last = member.messages.at(-1);
                const resumed = await member.invoke('ResumeGroup', groupId, last.epoch, last.seq);
                assert.deepEqual([resumed.result, resumed.recovered], [0, true]);
                // What came live behind the answer may have been handed out before it.
                const all = member.messages.splice(0);
                const isOld = (message) => message.seq <= last.seq;
                member.messages.push(...all.filter(isOld), ...resumed.messages,
                                     ...all.filter((message) => !isOld(message)));
            });
        };
        await Promise.all(all.map(resume));
        await disturb();
        await writing;
        await post(all[0], groupId, 'the end');
        for (const member of all) {
            await member.until(() => member.messages.at(-1)?.text === 'the end');
            assert.deepEqual(member.messages.map((message) => message.seq),
                             Array.from({ length: 31 }, (_, i) => i + 1), member.user);
            assert.equal(new Set(member.messages.map((message) => message.text)).size, 31);
        }
    });
}
