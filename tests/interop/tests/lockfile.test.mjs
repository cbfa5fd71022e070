// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the lock file names no host, so that any registry serves it', () => {
    const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
    assert.doesNotMatch(lock, /:\/\//);
});
