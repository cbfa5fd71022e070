// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Member } from '../fixture/member.mjs';
import { withServer } from '../fixture/suite.mjs';

const suite = withServer();

test('negotiate, then a WebSocket', async () => {
    const ann = await suite.connect('ann');
    assert.equal(ann.connection.state, 'Connected');
    assert.match(ann.connection.connectionId, /^[A-Za-z0-9_-]{22}$/);
    assert.ok(Array.isArray(await ann.invoke('ListGroups')));
});

test('a WebSocket without negotiate', async () => {
    const ann = await suite.connect('ann', { skipNegotiation: true });
    assert.ok(Array.isArray(await ann.invoke('ListGroups')));
});

for (const skipNegotiation of [false, true]) {
    test(`a url that ends with a slash connects as well, skipNegotiation: ${skipNegotiation}`, async () => {
        const member = new Member(`${suite.server.url}/`, 'ann', { skipNegotiation });
        suite.members.push(member);
        await member.connection.start();
        assert.ok(Array.isArray(await member.invoke('ListGroups')));
    });
}

test('no user is 401 at negotiate', async () => {
    await assert.rejects(new Member(suite.server.url, '').connection.start(),
                         /Unauthorized: Status code '401'/);
});

test('no user is refused at the upgrade', async () => {
    const nobody = new Member(suite.server.url, '', { skipNegotiation: true });
    await assert.rejects(nobody.connection.start(), /WebSocket failed to connect/);
});

for (const skipNegotiation of [false, true]) {
    test(`access_token in the query names the user, skipNegotiation: ${skipNegotiation}`, async () => {
        const member = new Member(`${suite.server.url}?access_token=query-user`, '', { skipNegotiation });
        suite.members.push(member);
        await member.connection.start();
        const groupId = await suite.group(member);
        await member.invoke('SendMessage', groupId, 'who am I?');
        await member.until(() => member.messages.length === 1);
        assert.equal(member.messages[0].authorId, 'query-user');
    });
}

test('an access token factory names the user', async () => {
    const member = new Member(suite.server.url, '', { options: { accessTokenFactory: () => 'token-user' } });
    suite.members.push(member);
    await member.connection.start();
    const groupId = await suite.group(member);
    await member.invoke('SendMessage', groupId, 'who am I?');
    await member.until(() => member.messages.length === 1);
    assert.equal(member.messages[0].authorId, 'token-user');
});

test('a clean stop ends without an error, and the server goes on', async () => {
    const ann = await suite.connect('ann');
    const closed = new Promise((resolve) => ann.connection.onclose(resolve));
    await ann.stop();
    assert.equal(await closed, undefined);
    const ben = await suite.connect('ben');
    await ben.invoke('ListGroups');
});
