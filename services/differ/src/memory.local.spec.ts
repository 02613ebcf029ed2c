import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBlobStore } from '@tidemark/blob-store';
import { canonicalJson, normalize, parse } from '@tidemark/openapi-diff';
import { largeApi } from '@tidemark/openapi-diff/testing';

const MIB = 1024 * 1024;
const PROGRAM = fileURLToPath(new URL('../dist/testing/two-at-once.js', import.meta.url));

/** Two versions of a real description of 13 MB when available; else generated ones. */
function document(version: 'old' | 'new'): string | Uint8Array {
  const file = join(process.env['OPENAPI_DATA'] ?? '', 'pairs', 'github', `${version}.json`);
  return existsSync(file) ? readFileSync(file) : JSON.stringify(largeApi(13 * MIB, version === 'old' ? 1 : 2));
}

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'differ-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('two descriptions of 13 MB at once', () => {
  it('are compared in 512 MB, while the process continues with other work', async () => {
    const blobs = await createBlobStore(`file:${join(folder, 'blobs')}`);
    const ids: string[] = [];
    for (const version of ['old', 'new'] as const)
      ids.push((await blobs.put(canonicalJson(normalize(parse(document(version)))))).id);
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, folder, ...ids]);
    const { outputs, mostAtWork, turns, peakMiB } = JSON.parse(stdout);
    const found = { baseline: false, changesBlob: expect.any(String), total: expect.any(Number) };
    expect(outputs).toEqual({ 'job-1': expect.objectContaining(found), 'job-2': expect.objectContaining(found) });
    expect(outputs['job-1'].total).toBeGreaterThan(500);
    expect(mostAtWork).toBe(2);
    expect(turns).toBeGreaterThan(100);
    expect(peakMiB).toBeLessThan(512);
  }, 180_000);
});
