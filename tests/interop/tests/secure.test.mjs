// SPDX-License-Identifier: MIT
// The stock client with signed tokens that expire, and over TLS (contract.md 2 and 4).
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { ServerProcess } from '../fixture/serverprocess.mjs';

const folder = mkdtempSync(join(tmpdir(), 'nextchat-secure-'));
const servers = [];
after(async () => {
    for (const server of servers)
        await server.dispose();
    rmSync(folder, { recursive: true });
});
async function startServer(...args) {
    servers.push(await ServerProcess.start(...args));
    return servers.at(-1);
}

const secret = 'a secret of the tests, long enough for HS256';
function token(user, seconds) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user, exp: Date.now() / 1000 + seconds })}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

async function startJwtServer() {
    const key = join(folder, 'key');
    writeFileSync(key, secret);
    return startServer('--auth', 'jwt', '--set', `auth.jwt.keys=${key}`, '--set', 'auth.jwt.clockSkew=0');
}
const builder = (url, accessTokenFactory) =>
    new HubConnectionBuilder().withUrl(url, { accessTokenFactory }).configureLogging(LogLevel.None);

test('a token that expires ends the connection, and a fresh one brings it back (116)', async () => {
    const server = await startJwtServer();
    let asked = 0;
    const connection = builder(server.url, () => token('ann', ++asked > 2 ? 600 : 3)) // negotiate and WebSocket ask
        .withAutomaticReconnect([0, 100, 500]).build();
    connection.on('OnHistory', () => {});
    const heard = [];
    connection.on('OnMessage', (message) => heard.push(message));
    const back = new Promise((resolve, reject) => {
        connection.onreconnected(resolve);
        connection.onclose(reject);
    });
    await connection.start();
    await connection.invoke('CreateGroup', 'g');
    await back;
    assert.ok(asked >= 3);
    await connection.invoke('JoinGroup', 'g');
    await connection.invoke('SendMessage', 'g', 'back again');
    assert.equal(heard.length > 0 || await new Promise((resolve) => connection.on('OnMessage', () => resolve(true))), true);
    assert.equal(heard[0].authorId, 'ann');
});

for (const [what, bad] of [['expired', () => token('ann', -1)], ['forged', () => token('ann', 600).replace(/.$/, (c) => (c === 'A' ? 'B' : 'A'))],
                           ['a mere name', () => 'ann']]) {
    test(`a token that is ${what} does not connect`, async () => {
        const server = servers[0] ?? await startJwtServer();
        await assert.rejects(builder(server.url, bad).build().start(), /Unauthorized: Status code '401'/);
    });
}

test('the stock client speaks over TLS', async () => {
    const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=test', '-days', '1',
                             '-addext', 'subjectAltName=IP:127.0.0.1', '-out', certificate, '-keyout', key], { stdio: 'ignore' });
    const server = await startServer('--set', `server.tls.certificate=${certificate}`, '--set', `server.tls.key=${key}`);
    const script = fileURLToPath(new URL('../../image/stockclient.cjs', import.meta.url));
    const url = server.url.replace('http:', 'https:');
    const run = (env) => new Promise((resolve) => {
        const child = spawn(process.execPath, [script, url], { env: { ...process.env, ...env } });
        let said = '';
        for (const stream of [child.stdout, child.stderr])
            stream.on('data', (data) => (said += data));
        child.on('close', (code) => resolve([code, said]));
    });
    const [code, said] = await run({ NODE_EXTRA_CA_CERTS: certificate });
    assert.equal(code, 0, said);
    const [refused] = await run({});
    assert.notEqual(refused, 0); // the client looks at the certificate
});
