// SPDX-License-Identifier: MIT
// What an upgrade finds in the cluster stays as it is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startApiServer } from '../apiserver.mjs';
import { chart, objectsOf, secretEntry } from '../chart.mjs';

// Not helm(): that would block the API server, which is in this process.
function renderAgainst(api) {
    const home = mkdtempSync(join(tmpdir(), 'nextchat-helm-'));
    const args = ['template', 'chat', chart, '--namespace', 'talk', '--is-upgrade', '--dry-run=server', '--disable-openapi-validation',
        '--kube-apiserver', api.url];
    const ran = spawn(process.env.HELM ?? 'helm', args, { env: { PATH: process.env.PATH, HOME: home, KUBECONFIG: join(home, 'none') } });
    return new Promise((resolve, reject) => {
        let out = '';
        let err = '';
        ran.stdout.on('data', data => (out += data));
        ran.stderr.on('data', data => (err += data));
        ran.on('close', code => {
            rmSync(home, { recursive: true });
            code === 0 ? resolve(objectsOf(out)) : reject(new Error(err));
        });
    });
}

const made = [
    ['chat-nextchat-jwt', 'jwt.key'],
    ['chat-nextchat-token', 'token-secret'],
    ['chat-nextchat-redis', 'redis-password'],
    ['chat-nextchat-mysql', 'mysql-password'],
    ['chat-nextchat-mysql', 'mysql-root-password'],
];

test('secrets that are there are kept, others are made', async () => {
    const first = await startApiServer({});
    const installed = await renderAgainst(first);
    first.close();

    const secrets = {};
    for (const secret of installed.filter(each => each.kind === 'Secret'))
        secrets[secret.metadata.name] = secret.data;
    const second = await startApiServer(secrets);
    const upgraded = await renderAgainst(second);
    second.close();
    for (const [name, entry] of made)
        assert.equal(secretEntry(upgraded, name, entry), secretEntry(installed, name, entry), `${name} ${entry}`);
    assert.equal(secretEntry(upgraded, 'chat-nextchat-redis-url', 'redis-url'), secretEntry(installed, 'chat-nextchat-redis-url', 'redis-url'));

    const third = await startApiServer({});
    const other = await renderAgainst(third);
    third.close();
    for (const [name, entry] of made)
        assert.notEqual(secretEntry(other, name, entry), secretEntry(installed, name, entry), `${name} ${entry}`);
});
