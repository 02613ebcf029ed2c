import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { openDataFolder } from './data-folder.js';

let folder: TemporaryFolder;
beforeEach(async () => void (folder = await temporaryFolder()));
afterEach(() => folder.remove());

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const file = (path: string, mode = 0o644) => {
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
};

describe('the data folder', () => {
  it('is taken from all others, with everything that an earlier version left in it', () => {
    const data = folder.join('data');
    mkdirSync(`${data}/blobs/ab`, { recursive: true, mode: 0o755 });
    const outside = file(folder.join('outside'));
    symlinkSync(outside, `${data}/link`);
    const files = ['events.db', 'events.db-wal', 'views.db', 'blobs/ab/abcd'].map((name) => file(`${data}/${name}`));
    openDataFolder(data);
    expect([data, `${data}/blobs`, `${data}/blobs/ab`].map(modeOf)).toEqual(['700', '700', '700']);
    expect(files.map(modeOf)).toEqual(['600', '600', '600', '600']);
    expect(modeOf(outside)).toBe('644');
    const restored = file(`${data}/events.db`);
    openDataFolder(data);
    expect(modeOf(restored)).toBe('600');
  });

  it('that is shared by its nature keeps its permissions', () => {
    const shared = folder.join('shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    const theirs = file(`${shared}/theirs`);
    openDataFolder(shared);
    expect([modeOf(shared), modeOf(theirs)]).toEqual(['777', '644']);
  });
});
