// SPDX-License-Identifier: MIT
// The released MessagePack protocol beside the JSON one (checks 24, 55, 58, 61, 76 and contract.md 1.3).
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

import { hubException } from '../fixture/member.mjs';
import { withServer } from '../fixture/suite.mjs';

const suite = withServer();

function connectPacked(user, settings) {
    return suite.connect(user, { protocol: new MessagePackHubProtocol(), ...settings });
}

for (const skipNegotiation of [false, true]) {
    test(`connects and calls, skipNegotiation: ${skipNegotiation}`, async () => {
        const ann = await connectPacked('ann', { skipNegotiation });
        const groupId = await suite.group(ann);
        const groups = await ann.invoke('ListGroups');
        assert.ok(groups.some((group) => group.GroupId === groupId));
    });
}

test('shapes are maps with PascalCase names', async () => {
    const ann = await connectPacked('ann');
    await ann.invoke('CreateGroup', 'shapes');
    assert.equal(await ann.invoke('JoinGroup', 'shapes'), 'Ok');
    const receipt = await ann.invoke('PostMessage', 'shapes', 'é \u{1F600} \u2028', 'id-1');
    await ann.until(() => ann.messages.length === 1);
    const [message] = ann.messages;
    assert.deepEqual(Object.keys(message),
                     ['GroupId', 'AuthorId', 'Text', 'SendTime', 'Seq', 'Epoch', 'ClientMessageId']);
    assert.equal(message.Text, 'é \u{1F600} \u2028');
    assert.equal(message.Seq, receipt.Seq);
    assert.equal(message.ClientMessageId, 'id-1');
    const [time, offset] = message.SendTime;
    assert.ok(time instanceof Date && Math.abs(Date.now() - time.getTime()) < 60_000);
    assert.equal(offset, 0);
    const page = await ann.invoke('GetHistory', 'shapes', null, 10);
    assert.deepEqual(page, { Messages: [message], HasMore: false, Complete: true });
});

test('a group with members of both encodings', async () => {
    const ann = await connectPacked('ann');
    const ben = await suite.connect('ben');
    const groupId = await suite.group(ann, ben);
    const count = 200;
    for (let i = 0; i < count; ++i)
        await (i % 2 ? ann : ben).invoke('SendMessage', groupId, `message ${i}`);
    await ann.until(() => ann.messages.length === count);
    await ben.until(() => ben.messages.length === count);
    assert.deepEqual(ann.messages.map((message) => [message.Seq, message.Text, message.AuthorId]),
                     ben.messages.map((message) => [message.seq, message.text, message.authorId]));
});

test('errors carry the same texts, and the connection stays', async () => {
    const ann = await connectPacked('ann');
    await assert.rejects(ann.invoke('LeaveGroup', ''), hubException('LeaveGroup',
        'A group id must be 1 to 64 characters, without control characters and without leading or trailing blanks.'));
    await assert.rejects(ann.invoke('NoSuchMethod'), {
        message: "Failed to invoke 'NoSuchMethod' due to an error on the server. HubException: Method does not exist.",
    });
    await assert.rejects(ann.invoke('CreateGroup', 5),
                         { message: "Failed to invoke 'CreateGroup' due to an error on the server." });
    await assert.rejects(ann.invoke('CreateGroup', null), /A group id must be/);
    assert.ok(Array.isArray(await ann.invoke('ListGroups')));
});

test('a stream, and one that fails', async () => {
    const ann = await connectPacked('ann');
    const groupId = await suite.group(ann);
    for (let i = 0; i < 30; ++i)
        await ann.invoke('SendMessage', groupId, 'x'.repeat(4096));
    const items = await ann.stream('StreamHistory', groupId, 0);
    assert.deepEqual(items.map((item) => item.Text.length), Array(30).fill(4096));
    await assert.rejects(ann.stream('StreamHistory', 'nowhere', 0), /Group 'nowhere' does not exist\./);
});
