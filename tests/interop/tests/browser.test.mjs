// SPDX-License-Identifier: MIT
// The released client in a browser, on a page of another origin: checks 7, 13, 15, 31, 37, 54, 78 and 81. Skipped
// where there is no Chromium.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { findChromium, Pages } from '../fixture/browser.mjs';
import { ServerProcess } from '../fixture/serverprocess.mjs';

const chromium = findChromium();
if (!chromium)
    console.log('SKIPPED: there is no Chromium.');

let pages;
let server;
before(async () => {
    if (!chromium)
        return;
    pages = await new Pages().listen();
    server = await ServerProcess.start('--set', `server.allowedOrigins=${pages.origin}`);
});
after(async () => {
    pages?.close();
    await server?.dispose();
});

// Runs in the browser.
const talk = async ({ url, transport, packed, groupId }) => {
    const builder = new signalR.HubConnectionBuilder().configureLogging(signalR.LogLevel.None).withUrl(url, {
        transport: signalR.HttpTransportType[transport],
        accessTokenFactory: () => 'ann',
    });
    if (packed)
        builder.withHubProtocol(new signalR.protocols.msgpack.MessagePackHubProtocol());
    const connection = builder.build();
    const heard = [];
    connection.on('OnHistory', () => {});
    connection.on('OnMessage', (message) => heard.push(message.text ?? message.Text));
    await connection.start();
    await connection.invoke('CreateGroup', groupId);
    await connection.invoke('JoinGroup', groupId);
    const sent = ['é \u{1F600} \u2028', 'two\r\nlines', 'x'.repeat(4096)];
    for (const text of sent)
        await connection.invoke('SendMessage', groupId, text);
    const refusal = await connection.invoke('JoinGroup', 'nowhere').catch((error) => error.message);
    const streamed = await new Promise((resolve, reject) => {
        const items = [];
        connection.stream('StreamHistory', groupId, 0).subscribe({
            next: (message) => items.push(message.text ?? message.Text), complete: () => resolve(items), error: reject,
        });
    });
    for (let turn = 0; turn < 600 && heard.length < sent.length; ++turn)
        await new Promise((resolve) => setTimeout(resolve, 100));
    const ended = new Promise((resolve) => connection.onclose((error) => resolve(error ? String(error) : null)));
    await connection.stop();
    return { sent, heard, streamed, refusal, end: await ended };
};

for (const [transport, packed] of [['WebSockets', false], ['WebSockets', true], ['ServerSentEvents', false],
                                   ['LongPolling', false], ['LongPolling', true]]) {
    const name = `${transport}, ${packed ? 'MessagePack' : 'JSON'}`;
    test(`${name}: calls, messages and streams of a page (15)`, { skip: !chromium }, async () => {
        const groupId = name;
        const seen = await pages.run(chromium, talk, { url: server.url, transport, packed, groupId });
        assert.deepEqual(seen.heard, seen.sent);
        assert.deepEqual(seen.streamed, seen.sent);
        assert.match(seen.refusal, /Group 'nowhere' does not exist\./);
        assert.equal(seen.end, null);
    });
}

test('a page of an origin that is not allowed gets nowhere (15)', { skip: !chromium }, async () => {
    const others = await new Pages().listen();
    try {
        await assert.rejects(others.run(chromium, talk, { url: server.url, transport: 'WebSockets', groupId: 'g' }),
                             /Failed to complete negotiation with the server/);
    } finally {
        others.close();
    }
});
