// SPDX-License-Identifier: MIT
// table.mjs CHECKS [RESULTS]: writes the conformance table as Markdown to standard output. RESULTS is what
// `ctest --output-junit` wrote.
import { readFileSync } from 'node:fs';

const [checksFile, resultsFile] = process.argv.slice(2);
const names = { W: 'WebSockets', S: 'SSE', L: 'long polling', J: 'JSON', M: 'MessagePack', '-': '' };

function resultsOf(junit) {
    const results = new Map();
    for (const [, attributes] of junit.matchAll(/<testcase ([^>]*)>/g)) {
        const attribute = (name) => attributes.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];
        if (['run', 'fail', 'notrun'].includes(attribute('status')))
            results.set(attribute('name'), attribute('status'));
    }
    return results;
}

const results = resultsFile ? resultsOf(readFileSync(resultsFile, 'utf8')) : new Map();

function resultOf(tests) {
    if (tests.length === 0)
        return '-';
    if (tests.some((test) => results.get(test) === 'fail'))
        return '**fails**';
    if (!tests.every((test) => results.has(test)))
        return 'not run';
    const skipped = tests.filter((test) => results.get(test) === 'notrun');
    if (skipped.length === tests.length)
        return 'skipped';
    return skipped.length === 0 ? 'passes' : `passes; ${skipped.map((test) => `\`${test}\``).join(' ')} skipped`;
}

const rows = readFileSync(checksFile, 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
const long = (letters) => letters.split(' ').map((letter) => names[letter]).join(', ');
console.log(`# SignalR: what is checked

Made by \`tests/conformance/table.mjs\` of \`tests/conformance/checks.tsv\` and the results of ctest
([development.md](development.md)). The numbers are those of the checks in the project's notes on the protocol; a test
that holds one carries its number (\`interop-conformance\` sees to it). Tests called \`interop-...\` drive the server
with the released JavaScript client, in Node and in a browser (\`interop-browser\`), and with the .NET client
(\`interop-dotnet\`); where there is no browser or no .NET SDK, they are skipped. The others send and compare raw bytes;
those called \`tst-hubmatrix...\` over WebSockets and long polling in either encoding and Server-Sent Events in JSON.

| checks | what holds | transports | encodings | tests | result | how it differs, and why |
|---|---|---|---|---|---|---|`);
for (const row of rows) {
    const [numbers, what, transports, encodings, tests, note] = row.split('\t');
    const list = tests.split(' ').filter(Boolean);
    console.log(`| ${numbers} | ${what} | ${long(transports)} | ${long(encodings)} | `
        + `${list.map((test) => `\`${test}\``).join(' ')} | ${resultOf(list)} | ${note ?? ''} |`);
}
