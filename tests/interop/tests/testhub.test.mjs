// SPDX-License-Identifier: MIT
// The released client and the TestHub over each transport and encoding: values, uploads, results of the client,
// groups, streams, Close.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { HttpTransportType, HubConnectionBuilder, LogLevel, Subject } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

import { TestHub } from '../fixture/testhub.mjs';

const kinds = [
    ['WebSockets', false], ['WebSockets', true], ['ServerSentEvents', false], ['LongPolling', false],
    ['LongPolling', true],
];

let server;
let connections = [];
before(async () => { server = await TestHub.start(); });
afterEach(async () => {
    await Promise.allSettled(connections.map((connection) => connection.stop()));
    connections = [];
});
after(async () => { await server?.dispose(); });

async function connect([transport, packed], prepare = () => {}) {
    let builder = new HubConnectionBuilder().configureLogging(LogLevel.None).withUrl(server.url, {
        transport: HttpTransportType[transport], headers: { Authorization: 'ann' },
    });
    if (packed)
        builder = builder.withHubProtocol(new MessagePackHubProtocol());
    const connection = builder.build();
    prepare(connection);
    await connection.start();
    connections.push(connection);
    return connection;
}

const itemsOf = (stream) => new Promise((resolve, reject) => {
    const items = [];
    stream.subscribe({ next: (item) => items.push(item), complete: () => resolve(items), error: reject });
});

for (const kind of kinds) {
    const name = `${kind[0]}, ${kind[1] ? 'MessagePack' : 'JSON'}`;

    test(`${name}: values come back as they were (54, 55)`, async () => {
        const hub = await connect(kind);
        for (const value of [null, true, false, 0, -1, 2 ** 31, -(2 ** 53 - 1), 0.1, 1e300, '', 'é \u{1F600} \u2028 \0',
                             'x'.repeat(31 * 1024), [], [[1], {}], { a: { b: [1, 'c', null] }, A: 2 }])
            assert.deepEqual(await hub.invoke('Echo', value), value);
        if (kind[1])
            assert.deepEqual(await hub.invoke('Echo', new Uint8Array([0, 255, 7])), new Uint8Array([0, 255, 7]));
        assert.equal(await hub.invoke('Null'), null);
        assert.equal(await hub.invoke('Nothing') ?? null, null);
    });

    test(`${name}: streams, and one that is given up (81, 83)`, async () => {
        const hub = await connect(kind);
        assert.deepEqual(await itemsOf(hub.stream('Counter', 500, 0)), Array.from({ length: 500 }, (_, i) => i));
        await assert.rejects(itemsOf(hub.stream('Failing', 3)), /Out of numbers\./);
        await new Promise((resolve, reject) => {
            let count = 0;
            const subscription = hub.stream('Endless', 100).subscribe({
                next: () => {
                    if (++count === 10) {
                        subscription.dispose();
                        resolve();
                    }
                },
                complete: () => reject(new Error('it ended')), error: reject,
            });
        });
        assert.equal(await hub.invoke('Add', 2, 3), 5);
    });

    test(`${name}: uploads, also two in a call and both ways (87, 89)`, async () => {
        const hub = await connect(kind);
        const numbers = new Subject();
        const sum = hub.invoke('Sum', numbers);
        for (let i = 0; i < 100; ++i)
            numbers.next(i);
        numbers.complete();
        assert.equal(await sum, 4950);
        const [first, second] = [new Subject(), new Subject()];
        const merged = hub.invoke('Merge', first, 2, second);
        second.next('B');
        first.next('A');
        second.complete();
        first.complete();
        assert.deepEqual(await merged, ['A', 'A', 'B', 'B']);
        const failing = new Subject();
        const failed = hub.invoke('Sum', failing);
        failing.error(new Error('no more'));
        await assert.rejects(failed, /no more/);
        const echoed = new Subject();
        const back = itemsOf(hub.stream('StreamEcho', echoed));
        for (let i = 0; i < 1000; ++i)
            echoed.next(`é ${i}`);
        echoed.complete();
        assert.deepEqual(await back, Array.from({ length: 1000 }, (_, i) => `é ${i}`));
    });

    test(`${name}: the server asks the client (90, 91)`, async () => {
        const hub = await connect(kind, (connection) => {
            connection.on('Double', (number) => 2 * number);
            connection.on('Later', async (text) => ({ text }));
            connection.on('Fail', () => { throw new Error('not today'); });
            connection.on('Silent', () => {});
        });
        assert.equal(await hub.invoke('Ask', 'Double', 7, 60_000), 14);
        assert.deepEqual(await hub.invoke('Ask', 'Later', 'é', 60_000), { text: 'é' });
        await assert.rejects(hub.invoke('Ask', 'Fail', 7, 60_000), /Error: not today/);
        for (const target of ['Silent', 'Nobody'])
            await assert.rejects(hub.invoke('Ask', target, 7, 60_000), /Client didn't provide a result\./);
        assert.equal(await hub.invoke('Add', 2, 3), 5);
    });

    test(`${name}: members of every kind get the same (74 to 77)`, async () => {
        const group = `of ${name}`;
        const heard = [];
        for (const other of kinds) {
            const texts = [];
            const member = await connect(other, (connection) => connection.on('OnGroup', (_, text) => texts.push(text)));
            await member.invoke('Join', group);
            heard.push({ member, texts });
        }
        const sender = await connect(kind);
        const sent = Array.from({ length: 20 }, (_, i) => `é ${i}`);
        for (const text of sent)
            await sender.invoke('ToGroup', group, text);
        for (const { member, texts } of heard) {
            await member.invoke('Nothing'); // what was sent before has arrived then
            assert.deepEqual(texts, sent);
        }
    });

    test(`${name}: the server closes with a reason (94)`, async () => {
        let closed;
        const reason = new Promise((resolve) => { closed = resolve; });
        const hub = await connect(kind, (connection) => connection.onclose(closed));
        await hub.send('CloseWith', 'Bye.', false);
        assert.match(String(await reason), /Bye\./);
    });
}
