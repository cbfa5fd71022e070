// SPDX-License-Identifier: MIT
// The table of the conformance checks is whole: each check is in it, and a test that it names carries the number.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const tests = fileURLToPath(new URL('../..', import.meta.url));
const last = 116; // of the notes on the protocol

const numbersOf = (text) => text.split(', ').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
});

const rows = readFileSync(join(tests, 'conformance/checks.tsv'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => {
        const [numbers, , , , names, note = ''] = line.split('\t');
        return { numbers: numbersOf(numbers), names: names.split(' ').filter(Boolean), note };
    });

const sources = readdirSync(tests, { recursive: true })
    .filter((file) => /tst_.*\.cpp$|\.test\.mjs$|dotnet\/Checks\.cs$/.test(file) && !file.includes('node_modules'));

// A test of ctest is named after its file.
function sourceOf(name) {
    const part = name.replace(/^(tst|interop)-(wire-)?/, '');
    const file = name === 'interop-dotnet' ? 'Checks.cs'
        : name.startsWith('interop-') ? `${part}.test.mjs` : `tst_${part.replaceAll('-', '_')}.cpp`;
    const folder = name.startsWith('tst-wire-') ? 'integration' : '';
    const found = sources.filter((source) => basename(source) === file && source.startsWith(folder));
    assert.equal(found.length > 0, true, `${name}: there is no ${file}`);
    return found.map((source) => readFileSync(join(tests, source), 'utf8')).join('\n');
}

// Numbers at the end of a test's name (`order65`, `cuts98To102`, `both25and26`), in a row's or in a comment beside it.
function namedBy(source) {
    const named = new Set();
    const add = (from, to = from) => { for (let i = Number(from); i <= Number(to); ++i) named.add(i); };
    for (const [, numbers] of source.matchAll(/(?:void|Task) \w*?[A-Za-z](\d+(?:(?:and|to|To|And)\d+)*)(?:_data)?\(/g)) {
        const list = [...numbers.matchAll(/(and|to)?(\d+)/gi)].map(([, word, number]) => [word?.toLowerCase(), number]);
        list.forEach(([word, number], i) => (word === 'to' ? add(list[i - 1][1], number) : add(number)));
    }
    for (const [, number] of source.matchAll(/void check(\d+)_/g))
        add(number);
    for (const [, list] of source.matchAll(/\((\d+(?:, \d+)*)\)[`'"]/g))
        list.split(', ').forEach((number) => add(number));
    for (const [, list] of source.matchAll(/[Cc]hecks? (\d+(?:(?:, | and | to )\d+)*)/g)) {
        const parts = [...list.matchAll(/(to )?(\d+)/g)];
        parts.forEach(([, to, number], i) => (to ? add(parts[i - 1][2], number) : add(number)));
    }
    for (const [, list] of source.matchAll(/\/\/ (\d+(?:(?:, | and )\d+)*)$/gm))
        list.split(/, | and /).forEach((number) => add(number));
    return named;
}

test('every check is in the table once', () => {
    assert.deepEqual(rows.flatMap((row) => row.numbers).sort((a, b) => a - b),
                     Array.from({ length: last }, (_, i) => i + 1));
});

test('each check is named by a test, or the table says why there is none', () => {
    const missing = [];
    for (const { numbers, names, note } of rows) {
        const named = new Set(names.flatMap((name) => [...namedBy(sourceOf(name))]));
        if (names.length === 0)
            assert.ok(note, `${numbers}: neither a test nor a reason`);
        else
            missing.push(...numbers.filter((number) => !named.has(number)));
    }
    assert.deepEqual(missing, []);
});
