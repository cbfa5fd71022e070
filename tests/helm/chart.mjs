// SPDX-License-Identifier: MIT
// The chart, rendered with helm: what the tests ask for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

export const chart = fileURLToPath(new URL('../../helm/nextchat', import.meta.url));
export const chartFile = name => readFileSync(join(chart, name), 'utf8');
export const program = name => join(process.env.NEXTCHAT_BIN_DIR, name);

// Runs helm without any cluster in its surroundings; `environment` may name one.
export function helm(args, environment = {}) {
    const home = mkdtempSync(join(tmpdir(), 'nextchat-helm-'));
    const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: join(home, 'none'), ...environment };
    const ran = spawnSync(process.env.HELM ?? 'helm', args, { encoding: 'utf8', env, maxBuffer: 1 << 26 });
    rmSync(home, { recursive: true, force: true });
    return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

// Arguments that stand for the values, in a file that `use` may read.
export function withValues(values, use) {
    const folder = mkdtempSync(join(tmpdir(), 'nextchat-values-'));
    try {
        const file = join(folder, 'values.json');
        writeFileSync(file, JSON.stringify(values));
        return use(['--values', file]);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

export function objectsOf(text) {
    return parseAllDocuments(text, { merge: true })
        .map(document => {
            assert.deepEqual(document.errors, []);
            return document.toJS();
        })
        .filter(Boolean);
}

// All objects of a release called chat, in the namespace talk.
export function render(values = {}, more = []) {
    const ran = withValues(values, args => helm(['template', 'chat', chart, '--namespace', 'talk', ...args, ...more]));
    assert.equal(ran.code, 0, ran.err);
    return objectsOf(ran.out);
}

// What helm says when it refuses the values.
export function refusal(values) {
    const ran = withValues(values, args => helm(['template', 'chat', chart, ...args]));
    assert.notEqual(ran.code, 0, `these values were accepted: ${JSON.stringify(values)}`);
    return ran.err;
}

export function find(objects, kind, name) {
    const found = objects.filter(each => each.kind === kind && (!name || each.metadata.name === name));
    assert.equal(found.length, 1, `${kind} ${name ?? ''}: ${found.length} of them`);
    return found[0];
}

// [object, pod] for everything that makes pods.
export function pods(objects) {
    return objects.flatMap(each =>
        each.kind === 'Pod' ? [[each, each]] : each.spec?.template?.spec?.containers ? [[each, each.spec.template]] : []);
}

export const secretEntry = (objects, name, key) =>
    Buffer.from(find(objects, 'Secret', name).data[key], 'base64').toString();
export const configurationOf = objects => find(objects, 'ConfigMap', 'chat-nextchat').data['configuration.yaml'];
export const example = name => parse(chartFile(`examples/${name}.yaml`));
