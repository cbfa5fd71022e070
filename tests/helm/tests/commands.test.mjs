// SPDX-License-Identifier: MIT
// The commands that the chart gives to its pods, run as processes here: with the paths of this machine instead of the containers'.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { chart, chartFile, configurationOf, find, helm, pods, program, render, secretEntry, withValues } from '../chart.mjs';

// What processes get of this one's environment: as little as in a container, and what sanitizers are told.
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => name === 'PATH' || name.endsWith('SAN_OPTIONS')));

const folder = mkdtempSync(join(tmpdir(), 'nextchat-commands-'));
const children = [];
after(async () => {
    for (const child of children) {
        child.kill('SIGKILL');
        await child.ended;
    }
    rmSync(folder, { recursive: true });
});

const freePort = () => new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => resolve(port));
    });
});

function start(command, args, env = {}) {
    const child = spawn(command, args, { env: { ...bare, HOME: folder, ...env } });
    child.out = '';
    for (const stream of [child.stdout, child.stderr])
        stream.on('data', data => (child.out += data));
    child.ended = new Promise(resolve => child.on('close', resolve));
    children.push(child);
    return child;
}

async function until(holds, child) {
    for (let left = 300; !holds(); --left) {
        assert.ok(left > 0 && child.exitCode === null, child.out);
        await new Promise(resolve => setTimeout(resolve, 100));
    }
}

// Every secret and configuration of the pod, as files below `root`, where it would be mounted.
function mount(objects, pod, root) {
    const mounted = [];
    for (const volumeMount of pod.spec.containers[0].volumeMounts) {
        const volume = pod.spec.volumes.find(each => each.name === volumeMount.name);
        const source = volume?.secret ? find(objects, 'Secret', volume.secret.secretName) : volume?.configMap && find(objects, 'ConfigMap', volume.configMap.name);
        const path = join(root, volumeMount.mountPath);
        if (!source) {
            mkdirSync(path, { recursive: true });
            continue;
        }
        const entries = volume.secret?.items ?? Object.keys(source.data).map(key => ({ key, path: key }));
        for (const entry of entries) {
            const file = volumeMount.subPath ? path : join(path, entry.path);
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, source.kind === 'Secret' ? Buffer.from(source.data[entry.key], 'base64') : source.data[entry.key]);
            mounted.push(file);
        }
    }
    return mounted;
}

const podOf = (objects, kind, name) => pods(objects).find(([owner]) => owner.kind === kind && (!name || owner.metadata.name === name))[1];

test('Redis starts with its password, refuses others, and its probe knows', { skip: spawnSync('redis-server', ['--version']).error && 'there is no redis-server' }, async () => {
    const objects = render();
    const pod = podOf(objects, 'StatefulSet', 'chat-nextchat-redis');
    const root = join(folder, 'redis');
    mount(objects, pod, root);
    const port = await freePort();
    const conf = find(objects, 'ConfigMap', 'chat-nextchat-redis').data;
    const local = text => text.replace(/(^|\s)\/(etc\/redis|tmp)\//g, `$1${root}/$2/`)
        .replace('redis-cli ', `redis-cli -p ${port} `).replace('redis.conf --include', `redis.conf --port ${port} --bind 127.0.0.1 --include`);
    writeFileSync(join(root, 'etc/redis/redis.conf'), conf['redis.conf'].replace('dir /data', `dir ${root}/data`));
    for (const name of ['start.sh', 'probe.sh'])
        writeFileSync(join(root, 'etc/redis', name), local(conf[name]));
    const container = pod.spec.containers[0];
    const env = Object.fromEntries(container.env.map(each => [each.name, join(root, each.value)]));
    const run = command => [command[0], command.slice(1).map(local)];
    const redis = start(...run(container.command), env);
    const probe = (own = env) => {
        const [command, args] = run(container.readinessProbe.exec.command);
        return spawnSync(command, args, { env: { ...bare, ...own } }).status;
    };
    await until(() => probe() === 0, redis);
    const wrong = join(root, 'wrong');
    writeFileSync(wrong, 'wrong');
    assert.notEqual(probe({ REDIS_PASSWORD_FILE: wrong }), 0);
    const ask = (...args) => spawnSync('redis-cli', ['-p', port, ...args],
        { encoding: 'utf8', env: { ...process.env, REDISCLI_AUTH: secretEntry(objects, 'chat-nextchat-redis', 'redis-password') } }).stdout;
    assert.match(ask('config', 'get', 'maxmemory-policy'), /noeviction/);
    assert.match(ask('config', 'get', 'appendonly'), /yes/);
    assert.doesNotMatch(spawnSync('ps', ['-o', 'args', '-p', redis.pid], { encoding: 'utf8' }).stdout, /requirepass/);

    await serverTest(objects, port);
});

// The server as its pod would start it, over that Redis; what its test pod does, and its end.
async function serverTest(objects, redisPort) {
    const root = join(folder, 'server');
    const pod = podOf(objects, 'Deployment');
    mount(objects, pod, root);
    const [port, opsPort] = [await freePort(), await freePort()];
    const path = join(root, 'etc/nextchat/configuration.yaml');
    const configuration = configurationOf(objects).replaceAll('/etc/nextchat/', `${root}/etc/nextchat/`).replace('/var/lib/nextchat', `${root}/var/lib/nextchat`)
        .replace("'*:5000'", `127.0.0.1:${port}`).replace("'*:5001'", `127.0.0.1:${opsPort}`)
        .replace(/history:\n +urlFile: .*\n/, 'history:\n  url: none\n').replace('drainTime: 20s', 'drainTime: 1s');
    writeFileSync(path, configuration);
    const url = join(root, 'etc/nextchat/redis/redis-url');
    writeFileSync(url, secretEntry(objects, 'chat-nextchat-redis-url', 'redis-url').replace('chat-nextchat-redis:6379', `127.0.0.1:${redisPort}`));
    const container = pod.spec.containers[0];
    const local = args => args.map(each => each.replace('/etc/nextchat/', `${root}/etc/nextchat/`));
    const server = start(program(container.command[0]), local(container.command.slice(1)));
    await until(() => server.out.includes('Listening on'), server);
    const probe = async which => (await fetch(`http://127.0.0.1:${opsPort}${which.httpGet.path}`)).status;
    assert.equal(await probe(container.livenessProbe), 200);
    for (let left = 100; (await probe(container.readinessProbe)) !== 200; --left) {
        assert.ok(left > 0, server.out);
        await new Promise(resolve => setTimeout(resolve, 100));
    }

    // Whatever alerts and dashboard ask for, this server has.
    const metrics = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
    const asked = new Set((chartFile('dashboards/alerts.yaml') + chartFile('dashboards/nextchat.json')).match(/nextchat_[a-z0-9_]+/g));
    for (const name of asked) {
        if (!name.startsWith('nextchat_history_')) // there is no database here
            assert.ok(metrics.includes(`# TYPE ${name.replace(/_(bucket|count)$/, '')} `), name);
    }

    // The token that the notes tell how to get.
    const notes = withValues({}, args => helm(['install', 'chat', chart, '--namespace', 'talk', '--dry-run=client', ...args])).out;
    const command = notes.match(/exec deployment\/chat-nextchat -- (nextchat-server .*)/)[1].split(' ');
    const issued = spawnSync(program(command[0]), local(command.slice(1)), { encoding: 'utf8', env: { ...bare, HOME: folder } });
    assert.equal(issued.status, 0, issued.stderr);
    const negotiated = await fetch(`http://127.0.0.1:${port}/next-chat/negotiate?negotiateVersion=1`,
        { method: 'POST', headers: { Authorization: `Bearer ${issued.stdout.trim()}` } });
    assert.equal(negotiated.status, 200);

    const tester = podOf(objects, 'Pod');
    mount(objects, tester, root);
    const [name, ...args] = tester.spec.containers[0].command;
    const said = start(program(name), local(args).map(each => each.replace('chat-nextchat:5000', `127.0.0.1:${port}`)));
    assert.equal(await said.ended, 0, said.out);

    const [sleep, seconds] = container.lifecycle.preStop.exec.command;
    assert.equal(spawnSync(sleep, ['0']).status, 0);
    assert.ok(Number(seconds) > 0);
    server.kill('SIGTERM');
    assert.equal(await server.ended, 0, server.out);
}

test('the migration job finds its database by the mounted file', async () => {
    const objects = render();
    const pod = podOf(objects, 'Job');
    const root = join(folder, 'migration');
    const [file] = mount(objects, pod, root);
    writeFileSync(file, `sqlite://${root}/history.db`);
    const [name, ...args] = pod.spec.containers[0].command;
    const job = start(program(name), args.map(each => each.replace('/etc/nextchat/', `${root}/etc/nextchat/`)));
    assert.equal(await job.ended, 0, job.out);
    assert.ok(existsSync(join(root, 'history.db')));
});

test('every configuration is accepted by the server', () => {
    const some = [{}, { auth: { mode: 'trusted' } }, { history: { enabled: false } }, { auth: { allowedOrigins: ['https://a.example'] } },
        { config: { limits: { groups: 5 }, redis: { prefix: 'x' }, signalr: { keepAliveInterval: '10s' } } },
        { auth: { jwt: { issuer: 'https://i', audience: 'a', userClaim: 'name', clockSkew: '5s' } } },
        { redis: { enabled: false, external: { urls: ['redis://a', 'redis://b'] } }, mysql: { enabled: false, external: { url: 'mysql://u:p@h:1/d' } } }];
    some.forEach((values, index) => {
        const objects = render(values);
        const root = join(folder, `check-${index}`);
        mount(objects, podOf(objects, 'Deployment'), root);
        const file = join(root, 'etc/nextchat/configuration.yaml');
        writeFileSync(file, configurationOf(objects).replaceAll('/etc/nextchat/', `${root}/etc/nextchat/`));
        const ran = spawnSync(program('nextchat-server'), ['--config', file, '--check-config'], { encoding: 'utf8', env: { ...bare } });
        assert.equal(ran.status, 0, ran.stderr);
        assert.doesNotMatch(ran.stderr, /jwt|token/i);
    });
});
