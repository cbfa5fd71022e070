// SPDX-License-Identifier: MIT
// contract.md 1.5 and signalr-notes.md 1.7: what is refused, and in which words.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hubException } from '../fixture/member.mjs';
import { withServer } from '../fixture/suite.mjs';

const suite = withServer('--set', 'limits.callsPerSecond=0');
const badGroupId = 'A group id must be 1 to 64 characters, without control characters and without leading or '
    + 'trailing blanks.';
const badText = 'A message must be 1 to 4096 characters and not blank.';

const refuses = (member, text, method, ...args) =>
    assert.rejects(member.invoke(method, ...args), hubException(method, text));

const namingGroup = {
    JoinGroup: [],
    SendMessage: ['text'],
    PostMessage: ['text', 'id'],
    GetHistory: [null, 10],
    ResumeGroup: ['epoch', 0],
    ListMembers: [],
    Watch: [true],
    Typing: [],
};

for (const [method, rest] of Object.entries(namingGroup)) {
    test(`${method} refuses an unknown group`, async () => {
        const ann = await suite.connect('ann');
        await refuses(ann, "Group 'nowhere' does not exist.", method, 'nowhere', ...rest);
    });
    for (const groupId of [null, '', ' lead', 'trail ', 'a\u0000b', 'a\nb', '\u0085', 'x'.repeat(65)]) {
        test(`${method} refuses the group id ${JSON.stringify(groupId)}`, async () => {
            const ann = await suite.connect('ann');
            await refuses(ann, badGroupId, method, groupId, ...rest);
        });
    }
    if (method === 'JoinGroup' || method === 'ResumeGroup')
        continue;
    test(`${method} refuses who is not in the group`, async () => {
        const ann = await suite.connect('ann');
        const ben = await suite.connect('ben');
        const groupId = await suite.group(ann);
        await refuses(ben, `You are not a member of group '${groupId}'.`, method, groupId, ...rest);
        await ben.invoke('JoinGroup', groupId);
        await ben.invoke('LeaveGroup', groupId);
        await refuses(ben, `You are not a member of group '${groupId}'.`, method, groupId, ...rest);
    });
}

test('CreateGroup and LeaveGroup refuse a bad group id', async () => {
    const ann = await suite.connect('ann');
    for (const groupId of [null, '', ' x', 'x'.repeat(65), '\u{1F600}'.repeat(33)]) {
        await refuses(ann, badGroupId, 'CreateGroup', groupId);
        await refuses(ann, badGroupId, 'LeaveGroup', groupId);
    }
    await ann.invoke('CreateGroup', 'x'.repeat(64));
    await ann.invoke('CreateGroup', '\u{1F600}'.repeat(32));
});

test('an unknown group is shown shortened and printable', async () => {
    const ann = await suite.connect('ann');
    await refuses(ann, `Group '${'y'.repeat(64)}' does not exist.`, 'JoinGroup', 'y'.repeat(64));
});

for (const text of [null, '', ' ', '\n\t \u00a0\u2003', 'x'.repeat(4097), '\u{1F600}'.repeat(2048) + '!']) {
    test(`a message of ${text === null ? 'null' : `${text.length} characters, ${JSON.stringify(text.slice(0, 4))}`}`
         + ' is refused', async () => {
        const ann = await suite.connect('ann');
        const groupId = await suite.group(ann);
        await refuses(ann, badText, 'SendMessage', groupId, text);
        await refuses(ann, badText, 'PostMessage', groupId, text, 'id');
        await ann.invoke('SendMessage', groupId, 'still here');
        await ann.until(() => ann.messages.length === 1);
    });
}

test('a bad client message id is refused', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    for (const id of [null, '', 'x'.repeat(65)])
        await refuses(ann, 'A client message id must be 1 to 64 characters.', 'PostMessage', groupId, 'text', id);
});

test('a client message id used for another text is refused', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    await ann.invoke('PostMessage', groupId, 'one', 'id');
    await refuses(ann, 'This client message id was already used for another message.',
                  'PostMessage', groupId, 'two', 'id');
});

test('limits out of range are refused', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    for (const limit of [0, -1, 201]) {
        await refuses(ann, 'The limit must be between 1 and 200.', 'GetHistory', groupId, null, limit);
        await refuses(ann, 'The limit must be between 1 and 200.', 'FindGroups', '', null, limit);
    }
});

test('positions out of range are refused', async () => {
    const ann = await suite.connect('ann');
    const groupId = await suite.group(ann);
    const refused = { message: /HubException: The .+ must be between \d+ and \d+\.$/ };
    await assert.rejects(ann.invoke('GetHistory', groupId, -1, 10), refused);
    await assert.rejects(ann.invoke('ResumeGroup', groupId, 'e', -1), refused);
    await assert.rejects(ann.stream('StreamHistory', groupId, -1), refused);
});

test('StreamHistory is refused as a stream is', async () => {
    const ann = await suite.connect('ann');
    const ben = await suite.connect('ben');
    const groupId = await suite.group(ann);
    const failed = (text) =>
        ({ message: `An error occurred on the server while streaming results. HubException: ${text}` });
    await assert.rejects(ann.stream('StreamHistory', 'nowhere', 0), failed("Group 'nowhere' does not exist."));
    await assert.rejects(ann.stream('StreamHistory', null, 0), failed(badGroupId));
    await assert.rejects(ben.stream('StreamHistory', groupId, 0),
                         failed(`You are not a member of group '${groupId}'.`));
});

test('an unknown method is named', async () => {
    const ann = await suite.connect('ann');
    await assert.rejects(ann.invoke('NoSuchMethod'), {
        message: "Failed to invoke 'NoSuchMethod' due to an error on the server. HubException: Method does not exist.",
    });
});

test('a wrong number of arguments is refused', async () => {
    const ann = await suite.connect('ann');
    for (const args of [['SendMessage', 'g'], ['SendMessage', 'g', 't', 'u'], ['ListGroups', 1]]) {
        await assert.rejects(ann.invoke(...args),
                             { message: `Failed to invoke '${args[0]}' due to an error on the server.` });
    }
});

test('arguments of the wrong type are refused', async () => {
    const ann = await suite.connect('ann');
    for (const args of [['JoinGroup', 5], ['JoinGroup', {}], ['SendMessage', 'g', ['t']], ['GetHistory', 'g', null, '9'],
                        ['GetHistory', 'g', null, 1.5], ['GetHistory', 'g', 'x', 1], ['GetHistory', 'g', null, null]]) {
        await assert.rejects(ann.invoke(...args),
                             { message: `Failed to invoke '${args[0]}' due to an error on the server.` });
    }
});

test('a stream is not invoked, and an invocation not streamed', async () => {
    const ann = await suite.connect('ann');
    await assert.rejects(ann.invoke('StreamHistory', 'g', 0), {
        message: "The client attempted to invoke the streaming 'StreamHistory' method with a non-streaming invocation.",
    });
    await assert.rejects(ann.stream('ListGroups'), {
        message: "The client attempted to invoke the non-streaming 'ListGroups' method with a streaming invocation.",
    });
});

test('a message above 32 KiB closes the connection with an error', async () => {
    const ann = await suite.connect('ann');
    const closed = new Promise((resolve) => ann.connection.onclose(resolve));
    await assert.rejects(ann.invoke('SendMessage', 'g', 'x'.repeat(33 * 1024)), /Connection closed with an error\./);
    assert.match((await closed).message, /Connection closed with an error\./);
    await (await suite.connect('ann')).invoke('ListGroups');
});
