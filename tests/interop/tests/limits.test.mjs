// SPDX-License-Identifier: MIT
// contract.md 1.4: what is counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hubException } from '../fixture/member.mjs';
import { withServer } from '../fixture/suite.mjs';

const suite = withServer('--set', 'limits.groups=6', '--set', 'limits.groupsPerConnection=2',
                         '--set', 'limits.groupMembers=2', '--set', 'limits.connectionsPerUser=3',
                         '--set', 'limits.createsPerMinute=7', '--set', 'signalr.detailedErrors=true');

test('a full group has no room for another user, but for another connection of a member', async () => {
    const [ann, ben, carl, annAgain] =
        await Promise.all(['ann', 'ben', 'carl', 'ann'].map((user) => suite.connect(user)));
    const groupId = await suite.group(ann, ben);
    assert.equal(await carl.invoke('JoinGroup', groupId), 1);
    assert.equal((await carl.invoke('ResumeGroup', groupId, 'e', 0)).result, 1);
    assert.deepEqual(carl.histories, []);
    await assert.rejects(carl.invoke('SendMessage', groupId, 'x'),
                         hubException('SendMessage', `You are not a member of group '${groupId}'.`));
    assert.equal(await annAgain.invoke('JoinGroup', groupId), 0);
    await ben.invoke('LeaveGroup', groupId);
    assert.equal(await carl.invoke('JoinGroup', groupId), 0);
    await Promise.all([ann, ben, carl, annAgain].map((member) => member.stop()));
});

test('a connection is in no more groups than it may be', async () => {
    const ann = await suite.connect('ann');
    const groups = [await suite.group(ann), await suite.group(ann)];
    await ann.invoke('CreateGroup', 'third');
    await assert.rejects(ann.invoke('JoinGroup', 'third'), hubException('JoinGroup', 'You are in too many groups.'));
    assert.equal(await ann.invoke('JoinGroup', groups[0]), 0); // again is no other group
    await ann.invoke('LeaveGroup', groups[0]);
    assert.equal(await ann.invoke('JoinGroup', 'third'), 0);
    await ann.stop();
});

test('there are no more groups than there may be', async () => {
    const ann = await suite.connect('ann');
    let refusal = null;
    for (let i = 0; i < 7 && !refusal; ++i)
        await ann.invoke('CreateGroup', `many-${i}`).catch((error) => { refusal = error; });
    assert.equal(refusal?.message, hubException('CreateGroup', 'There are too many groups.').message);
    await ann.invoke('CreateGroup', 'many-0'); // an existing one is no error
    await ann.stop();
});

test('a connection creates no more groups a minute than it may', async () => {
    const ann = await suite.connect('ann');
    for (let i = 0; i < 7; ++i)
        await ann.invoke('CreateGroup', 'many-0');
    await assert.rejects(ann.invoke('CreateGroup', 'many-0'),
                         hubException('CreateGroup', 'Too many requests; slow down.'));
    await ann.stop();
});

test('too many calls are refused, and the connection stays up', async () => {
    const ann = await suite.connect('ann');
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => ann.invoke('ListGroups')));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.ok(refused.length >= 50 && refused.length <= 100, `${refused.length} of 200 refused`);
    for (const { reason } of refused)
        assert.equal(reason.message, hubException('ListGroups', 'Too many requests; slow down.').message);
    await new Promise((resolve) => setTimeout(resolve, 1000)); // the bucket fills by 50 a second
    assert.ok(Array.isArray(await ann.invoke('ListGroups')));
    await ann.stop();
});

test('calls that cannot start count, too', async () => {
    const ann = await suite.connect('ann');
    for (const [method, ...args] of [['NoSuchMethod'], ['SendMessage', 'too few'], ['StreamHistory', 'g', 0]]) {
        const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => ann.invoke(method, ...args)));
        const refused = outcomes.filter(
            ({ reason }) => reason.message === hubException(method, 'Too many requests; slow down.').message);
        assert.ok(refused.length > 0, `none of 200 calls of ${method} refused`);
    }
    await ann.stop();
});

test('a user has no more connections than the limit', async () => {
    const members = await Promise.all([1, 2, 3].map(() => suite.connect('dora')));
    await assert.rejects(suite.connect('dora'), /429|WebSocket failed to connect/);
    await suite.connect('emil');
    await members[0].stop();
    // The place is free once the server has seen the end, too.
    for (let attempt = 0; attempt < 100 && members.length < 4; ++attempt)
        await suite.connect('dora').then((member) => members.push(member), () => {});
    assert.equal(members.length, 4);
});

test('detailed errors name the cause', async () => {
    const ann = await suite.connect('ann');
    const prefix = "Failed to invoke 'SendMessage' due to an error on the server. InvalidDataException: ";
    await assert.rejects(ann.invoke('SendMessage', 'g'),
                         { message: `${prefix}Invocation provides 1 argument(s) but target expects 2.` });
    await assert.rejects(ann.invoke('SendMessage', 'g', 7), {
        message: `${prefix}Error binding arguments. Make sure that the types of the provided values match the types `
            + 'of the hub method being invoked.',
    });
});
