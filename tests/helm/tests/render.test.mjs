// SPDX-License-Identifier: MIT
// What the chart renders to, over a matrix of values.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { chart, configurationOf, example, find, helm, pods, render, secretEntry, withValues } from '../chart.mjs';

const options = {
    auth: [{}, { auth: { mode: 'trusted' } }, { auth: { jwt: { algorithms: ['RS256'], existingSecret: 'keys', keys: ['a.pem', 'b.pem'] } } }],
    redis: [{}, { redis: { enabled: false, external: { urls: ['redis+sentinel://s:1,t:1/n', 'rediss://:p@b:1'] } } }, { redis: { enabled: false, external: { existingSecret: 'r' } } },
        { redis: { existingSecret: 'rp', persistence: { enabled: false } } }],
    history: [{}, { history: { enabled: false } }, { mysql: { enabled: false, external: { url: 'mysql://u:p@h:3306/d' } } },
        { mysql: { existingSecret: 'mp', persistence: { enabled: false } } }],
    rest: [{},
        { fullnameOverride: 'x'.repeat(60), networkPolicy: { enabled: true }, autoscaling: { enabled: true }, service: { type: 'LoadBalancer' },
            ingress: { enabled: true, cookieAffinity: true, tlsSecret: 'tls' }, podDisruptionBudget: { enabled: false }, tests: { enabled: false },
            metrics: { serviceMonitor: { enabled: true }, rules: { enabled: true }, dashboard: { enabled: true } },
            tokenSecret: { existingSecret: 't', key: 'k' }, image: { registry: 'r.example/x', tag: '9', pullSecrets: ['p'] } }],
};
const isMap = value => value && typeof value === 'object' && !Array.isArray(value);
const merged = (a, b) => Object.entries(b).reduce(
    (all, [key, value]) => ({ ...all, [key]: isMap(value) && isMap(all[key]) ? merged(all[key], value) : value }), a);
const matrix = Object.values(options).reduce((all, some) => all.flatMap(a => some.map(b => merged(a, b))), [{}]);

const existing = new Set(['keys', 'r', 'rp', 'mp', 't', 'tls', 'p', 'chat-redis', 'chat-history', 'chat-keys', 'chat-tls']);

// The profile "restricted" of the Pod Security Standards, and what hardens a pod besides.
function checkPod(owner, pod) {
    const name = `${owner.kind} ${owner.metadata.name}`;
    const spec = pod.spec;
    assert.equal(spec.automountServiceAccountToken, false, name);
    assert.equal(spec.securityContext.runAsNonRoot, true, name);
    assert.ok(spec.securityContext.runAsUser > 0, name);
    assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault', name);
    for (const forbidden of ['hostNetwork', 'hostPID', 'hostIPC'])
        assert.equal(spec[forbidden], undefined, name);
    for (const volume of spec.volumes ?? [])
        assert.ok(volume.configMap || volume.secret || volume.emptyDir, `${name}: ${volume.name}`);
    const volumes = new Set([...(spec.volumes ?? []), ...(owner.spec.volumeClaimTemplates ?? []).map(each => each.metadata)].map(each => each.name));
    for (const container of spec.containers) {
        const security = container.securityContext;
        assert.equal(security.allowPrivilegeEscalation, false, name);
        assert.equal(security.readOnlyRootFilesystem, true, name);
        assert.deepEqual(security.capabilities, { drop: ['ALL'] }, name);
        assert.ok(container.resources.limits.memory && container.resources.requests.cpu, name);
        assert.match(container.image, /:[^:/]+$/, name);
        for (const mount of container.volumeMounts ?? []) {
            assert.ok(volumes.has(mount.name), `${name} mounts ${mount.name}`);
            volumes.delete(mount.name);
        }
        const ports = new Set((container.ports ?? []).map(each => each.name));
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'].map(each => container[each]).filter(Boolean))
            assert.ok(probe.exec || ports.has(probe.httpGet.port), name);
    }
    assert.deepEqual([...volumes], [], `${name} has volumes that nothing mounts`);
}

function checkReferences(objects) {
    const named = kind => new Map(objects.filter(each => each.kind === kind).map(each => [each.metadata.name, each]));
    const secrets = named('Secret');
    const maps = named('ConfigMap');
    for (const [owner, pod] of pods(objects)) {
        for (const volume of pod.spec.volumes ?? []) {
            if (volume.configMap)
                assert.ok(maps.has(volume.configMap.name), `${owner.metadata.name}: ${volume.configMap.name}`);
            if (!volume.secret || existing.has(volume.secret.secretName))
                continue;
            const secret = secrets.get(volume.secret.secretName);
            assert.ok(secret, `${owner.metadata.name}: ${volume.secret.secretName}`);
            for (const item of volume.secret.items ?? [])
                assert.ok(secret.data[item.key], `${secret.metadata.name} has no ${item.key}`);
        }
        for (const each of pod.spec.imagePullSecrets ?? [])
            assert.ok(existing.has(each.name));
    }
    const podLabels = pods(objects).map(([, pod]) => pod.metadata.labels);
    const matches = selector => podLabels.filter(labels => Object.entries(selector).every(([key, value]) => labels[key] === value));
    for (const service of named('Service').values()) {
        assert.equal(matches(service.spec.selector).length, 1, service.metadata.name);
        const [[, pod]] = pods(objects).filter(([, each]) => matches(service.spec.selector).includes(each.metadata.labels));
        for (const port of service.spec.ports)
            assert.ok(pod.spec.containers[0].ports.some(each => each.name === port.targetPort), service.metadata.name);
    }
    for (const policy of named('NetworkPolicy').values())
        assert.equal(matches(policy.spec.podSelector.matchLabels).length, 1, policy.metadata.name);
    for (const set of named('StatefulSet').values())
        assert.ok(named('Service').has(set.spec.serviceName));
}

function checkObjects(objects) {
    const seen = new Set();
    for (const object of objects) {
        const key = `${object.kind}/${object.metadata.name}`;
        assert.ok(!seen.has(key), `${key} is there twice`);
        seen.add(key);
        assert.match(object.metadata.name, /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        assert.ok(object.metadata.name.length <= 63 - 11, key); // what a StatefulSet or a Job appends
        assert.equal(object.metadata.labels['app.kubernetes.io/instance'], 'chat', key);
        for (const value of Object.values(object.metadata.annotations ?? {}))
            assert.equal(typeof value, 'string', key);
    }
    pods(objects).forEach(([owner, pod]) => checkPod(owner, pod));
    checkReferences(objects);
    const configuration = objects.find(each => each.kind === 'ConfigMap' && each.data['configuration.yaml']).data['configuration.yaml'];
    assert.doesNotMatch(configuration, /password|(redis|mysql):\/\//i); // secrets are in secrets
}

test(`every combination of ${matrix.length} hangs together`, () => {
    for (const values of matrix) {
        try {
            checkObjects(render(values));
        } catch (error) {
            error.message = `${JSON.stringify(values)}: ${error.message}`;
            throw error;
        }
    }
});

test('the examples hang together', () => {
    for (const name of ['local-cluster', 'production'])
        checkObjects(render(example(name)));
});

test('by default tokens are asked for, with a key of its own', () => {
    const objects = render();
    const configuration = parse(configurationOf(objects));
    assert.equal(configuration.auth.mode, 'jwt');
    assert.deepEqual(configuration.auth.jwt.algorithms, ['HS256']);
    assert.deepEqual(configuration.auth.jwt.keys, ['/etc/nextchat/jwt/jwt.key']);
    assert.match(secretEntry(objects, 'chat-nextchat-jwt', 'jwt.key'), /^[A-Za-z0-9]{48}$/);
    assert.match(secretEntry(objects, 'chat-nextchat-token', 'token-secret'), /^[A-Za-z0-9]{48}$/);
    assert.notEqual(secretEntry(render(), 'chat-nextchat-jwt', 'jwt.key'), secretEntry(objects, 'chat-nextchat-jwt', 'jwt.key'));
});

test('URLs have the passwords that the databases ask for', () => {
    const objects = render();
    const redis = secretEntry(objects, 'chat-nextchat-redis', 'redis-password');
    assert.equal(secretEntry(objects, 'chat-nextchat-redis-url', 'redis-url'), `redis://:${redis}@chat-nextchat-redis:6379`);
    const mysql = secretEntry(objects, 'chat-nextchat-mysql', 'mysql-password');
    assert.equal(secretEntry(objects, 'chat-nextchat-history-url', 'history-url'), `mysql://nextchat:${mysql}@chat-nextchat-mysql:3306/nextchat`);
    assert.ok(mysql.length === 32 && redis.length === 32);
});

test('what the chart makes itself is kept', () => {
    const made = render().filter(each => each.kind === 'Secret' && !each.metadata.name.endsWith('-url'));
    assert.equal(made.length, 4);
    for (const secret of made)
        assert.equal(secret.metadata.annotations['helm.sh/resource-policy'], 'keep', secret.metadata.name);
});

test('a pod goes after its clients, and in time', () => {
    const spec = find(render({ shutdown: { preStopSeconds: 7, drainSeconds: 11, timeoutSeconds: 30 } }), 'Deployment').spec;
    assert.deepEqual(spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
    const pod = spec.template.spec;
    assert.deepEqual(pod.containers[0].lifecycle.preStop.exec.command, ['sleep', '7']);
    assert.ok(pod.terminationGracePeriodSeconds > 7 + 30);
    assert.equal(pod.containers[0].readinessProbe.httpGet.path, '/readyz');
    // A liveness probe that asked for what the server depends on would restart all servers when that is away.
    assert.equal(pod.containers[0].livenessProbe.httpGet.path, '/healthz');
    assert.deepEqual(pod.topologySpreadConstraints.map(each => each.topologyKey), ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']);
});

test('a changed configuration starts the pods anew, changed keys do not', () => {
    const sums = values => find(render(values), 'Deployment').spec.template.metadata.annotations;
    assert.deepEqual(sums({}), sums({}));
    assert.notDeepEqual(sums({}), sums({ config: { limits: { groups: 5 } } }));
    assert.notDeepEqual(sums({}), sums({ redis: { enabled: false, external: { urls: ['redis://a'] } } }));
});

test('autoscaling owns the number of servers', () => {
    const objects = render({ autoscaling: { enabled: true } });
    assert.equal(find(objects, 'Deployment').spec.replicas, undefined);
    assert.equal(find(objects, 'HorizontalPodAutoscaler').spec.scaleTargetRef.name, 'chat-nextchat');
    assert.equal(find(render({ replicaCount: 5 }), 'Deployment').spec.replicas, 5);
});

test('the migration runs after install and before upgrade', () => {
    const job = find(render(), 'Job');
    assert.equal(job.metadata.annotations['helm.sh/hook'], 'post-install,pre-upgrade');
    assert.match(job.metadata.annotations['helm.sh/hook-delete-policy'], /before-hook-creation/);
    for (const values of [{ history: { enabled: false } }, { migration: { enabled: false } }])
        assert.equal(render(values).filter(each => each.kind === 'Job').length, 0);
});

test('the service is at port 5000, where the local example has it on localhost', () => {
    const service = find(render(example('local-cluster')), 'Service', 'chat-nextchat').spec;
    assert.equal(service.type, 'LoadBalancer');
    assert.deepEqual(service.ports, [{ name: 'chat', port: 5000, targetPort: 'chat' }]);
    assert.equal(find(render({ service: { type: 'NodePort', nodePort: 30500 } }), 'Service', 'chat-nextchat').spec.ports[0].nodePort, 30500);
});

test('health and metrics are not for the world', () => {
    const objects = render({ ingress: { enabled: true } });
    const paths = find(objects, 'Ingress').spec.rules[0].http.paths;
    assert.deepEqual(paths.map(each => [each.path, each.pathType]), [['/next-chat', 'Prefix'], ['/', 'Exact']]);
    const configuration = parse(configurationOf(objects));
    assert.equal(configuration.server.opsListen, '*:5001');
    assert.equal(find(objects, 'Service', 'chat-nextchat').spec.ports.length, 1);
});

test('cookie affinity is an option of nginx', () => {
    const annotations = values => find(render({ ingress: { enabled: true, ...values } }), 'Ingress').metadata.annotations ?? {};
    const affinity = 'nginx.ingress.kubernetes.io/affinity';
    assert.equal(annotations({})[affinity], undefined);
    assert.equal(annotations({ cookieAffinity: true })[affinity], 'cookie');
    assert.equal(annotations({ cookieAffinity: true, className: 'traefik' })[affinity], undefined);
    assert.equal(annotations({ annotations: { a: 'b' } }).a, 'b');
});

test('only servers reach Redis, only servers and the migration MySQL', () => {
    const objects = render({ networkPolicy: { enabled: true } });
    const from = name => find(objects, 'NetworkPolicy', name).spec.ingress[0].from
        .map(each => each.podSelector.matchLabels['app.kubernetes.io/component']);
    assert.deepEqual(from('chat-nextchat-redis'), ['server']);
    assert.deepEqual(from('chat-nextchat-mysql'), ['server', 'migration']);
    for (const name of ['chat-nextchat-redis', 'chat-nextchat-mysql'])
        assert.deepEqual(find(objects, 'NetworkPolicy', name).spec.egress, []);
});

test('the monitoring finds the servers, and its queries their metrics', () => {
    const objects = render({ metrics: { serviceMonitor: { enabled: true, labels: { team: 'a' } }, rules: { enabled: true }, dashboard: { enabled: true } } });
    const monitor = find(objects, 'ServiceMonitor');
    assert.equal(monitor.metadata.labels.team, 'a');
    const labels = find(objects, 'Service', 'chat-nextchat-ops').metadata.labels;
    for (const [key, value] of Object.entries(monitor.spec.selector.matchLabels))
        assert.equal(labels[key], value);
    const dashboard = JSON.parse(find(objects, 'ConfigMap', 'chat-nextchat-dashboard').data['nextchat.json']);
    assert.ok(dashboard.panels.length >= 10);
    const rules = find(objects, 'PrometheusRule').spec.groups[0].rules;
    assert.ok(rules.every(rule => rule.expr.includes('namespace="talk",service="chat-nextchat-ops"') && rule.annotations.summary));
    assert.ok(rules.some(rule => rule.annotations.summary.includes('{{ $labels.pod }}')));
});

test('the notes say how to get a token, or warn', () => {
    const notes = values => withValues(values, args => {
        const ran = helm(['install', 'chat', chart, '--namespace', 'talk', '--dry-run=client', ...args]);
        assert.equal(ran.code, 0, ran.err);
        return ran.out.slice(ran.out.indexOf('NOTES:'));
    });
    assert.match(notes({}), /kubectl --namespace talk exec deployment\/chat-nextchat -- nextchat-server .*--issue-token ann/);
    assert.match(notes({ auth: { mode: 'trusted' } }), /WARNING: auth.mode is trusted/);
    assert.match(notes({ ingress: { enabled: true, tlsSecret: 't' } }), /https:\/\/chat.example.com\/next-chat/);
    assert.match(notes(example('local-cluster')), /http:\/\/localhost:5000\/next-chat/);
    const production = notes(example('production'));
    assert.match(production, /Tokens come from whoever holds the private keys \(https:\/\/login.example.com\)/);
    assert.doesNotMatch(production, /bundled/);
});
