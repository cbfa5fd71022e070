// SPDX-License-Identifier: MIT
// Wrong values are refused, with the name of the value; every value is documented.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { chart, chartFile, helm, refusal, render } from '../chart.mjs';

test('the lock file names no host, so that any registry serves it', () => {
    assert.doesNotMatch(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'), /"resolved"/);
});

test('helm lint finds nothing', () => {
    for (const more of [[], ['-f', `${chart}/examples/local-cluster.yaml`], ['-f', `${chart}/examples/production.yaml`]]) {
        const ran = helm(['lint', '--strict', chart, ...more]);
        assert.equal(ran.code, 0, ran.out + ran.err);
    }
});

const bad = [
    ['replicaCount', -1],
    ['replicaCount', 'two'],
    ['replicas', 2],
    ['image.pullPolicy', 'Sometimes'],
    ['image.tag', 'a b'],
    ['image.server', 'Server'],
    ['log.format', 'xml'],
    ['auth.mode', 'none'],
    ['auth.jwt.algorithms', ['none']],
    ['auth.jwt.algorithms', []],
    ['auth.jwt.keys', ['../../etc/passwd']],
    ['auth.jwt.keys', []],
    ['auth.jwt.clockSkew', 60],
    ['auth.jwt.secret', 'hunter2'],
    ['auth.allowedOrigins', ['chat.example.com']],
    ['tokenSecret.key', 'a/b'],
    ['shutdown.drainSeconds', '10s'],
    ['service.type', 'ExternalName'],
    ['service.port', 0],
    ['service.port', 65536],
    ['service.nodePort', 'auto'],
    ['ingress.host', 'https://chat.example.com'],
    ['ingress.enabled', 'yes'],
    ['redis.image', 'redis 7'],
    ['redis.maxMemory', '1 GiB'],
    ['redis.external.urls', ['http://redis']],
    ['redis.persistence.size', '2 Gi'],
    ['mysql.user', 'root'],
    ['mysql.database', 'next-chat'],
    ['mysql.external.url', 'postgres://h/d'],
    ['migration.waitSeconds', 0],
    ['autoscaling.targetCPUUtilizationPercentage', 120],
    ['podDisruptionBudget.maxUnavailable', '150%'],
    ['topologySpread.whenUnsatisfiable', 'Never'],
    ['resources.memory', '1Gi'],
    ['podLabels', { a: 1 }],
    ['tolerations', {}],
    ['metrics.serviceMonitor.interval', '30'],
    ['metrics.dashboards', {}],
    ['tests', true],
];
const nested = (path, value) => path.split('.').reduceRight((inner, key) => ({ [key]: inner }), value);

for (const [path, value] of bad) {
    test(`the schema refuses ${path}: ${JSON.stringify(value)}`, () => {
        const said = refusal(nested(path, value));
        const parts = path.split('.');
        // An unknown value is named as a property of what it stands in.
        assert.ok(
            said.includes(`'/${parts.join('/')}`) ||
                (said.includes(`'${parts.at(-1)}'`) && (parts.length === 1 || said.includes(`'/${parts.slice(0, -1).join('/')}'`))),
            said);
        assert.doesNotMatch(said, /hunter2/);
    });
}

const contradictions = [
    ['redis.enabled is false', { redis: { enabled: false } }],
    ['redis.external is set', { redis: { external: { urls: ['redis://r'] } } }],
    ['mysql.enabled is false', { mysql: { enabled: false } }],
    ['mysql.external is set', { mysql: { external: { url: 'mysql://u@h/d' } } }],
    ['auth.jwt: the key that the chart makes', { auth: { jwt: { algorithms: ['RS256'] } } }],
    ['auth.jwt: the key that the chart makes', { auth: { jwt: { keys: ['a', 'b'] } } }],
    ['shutdown.drainSeconds is longer', { shutdown: { drainSeconds: 50 } }],
    ['autoscaling.minReplicas is above', { autoscaling: { enabled: true, minReplicas: 11 } }],
    ['config.server.listen is set by the chart', { config: { server: { listen: '*:80' } } }],
    ['config.auth.mode is set by the chart', { config: { auth: { mode: 'trusted' } } }],
    ['config.redis.url is set by the chart', { config: { redis: { url: 'redis://x' } } }],
];
for (const [sentence, values] of contradictions) {
    test(`it says that ${sentence}`, () => assert.ok(refusal(values).includes(sentence), refusal(values)));
}

test('null values do not pass unseen', () => {
    assert.ok(render({ config: { limits: { groups: 5 } } }).length > 0);
    refusal({ auth: { mode: null, jwt: 5 } });
});

function leaves(value, path = '') {
    const isMap = value && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0;
    return isMap ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key)) : [path];
}

test('README.md has every value, with its default, and no other', () => {
    const values = parse(chartFile('values.yaml'));
    // A map that is given as a whole is one value.
    const whole = /^((?:.*\.)?resources|metrics\.dashboard\.labels)\..*$/;
    const known = new Set(leaves(values).map(each => each.replace(whole, '$1')));
    const documented = [...chartFile('README.md').matchAll(/^\| `([a-zA-Z.]+)` \|/gm)].map(match => match[1]);
    assert.deepEqual([...documented].sort(), [...known].sort());
    for (const [, path, given] of chartFile('README.md').matchAll(/^\| `([a-zA-Z.]+)` \| `(.*?)` \|/gm)) {
        const value = path.split('.').reduce((inner, key) => inner[key], values);
        assert.deepEqual(parse(given), value, path);
    }
});

test('the schema knows every value', () => {
    const schema = JSON.parse(chartFile('values.schema.json'));
    for (const path of leaves(parse(chartFile('values.yaml')))) {
        let place = schema;
        for (const key of path.split('.')) {
            if (!place.properties)
                break;
            assert.ok(place.properties[key], path);
            place = place.properties[key];
        }
    }
});

test('every alert is explained in docs/operations.md', () => {
    const explained = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
    const alerts = [...chartFile('dashboards/alerts.yaml').matchAll(/- alert: (\w+)/g)].map(match => match[1]);
    assert.ok(alerts.length >= 10);
    for (const alert of alerts)
        assert.ok(explained.includes(`\n| ${alert} | `), alert);
});
