import { describe, expect, it } from '@jest/globals';
import { access } from 'node:fs/promises';
import { eventually, waitFor } from './eventually.js';
import { randomNamespace, temporaryFolder } from './temporary-folder.js';

describe('eventually', () => {
  it('returns the first value that is present', async () => {
    let looks = 0;
    await expect(eventually(() => (++looks < 3 ? undefined : looks))).resolves.toBe(3);
  });

  it('checks again after an error', async () => {
    let looks = 0;
    const check = () => {
      if (++looks < 3) throw new Error('not yet');
      return 'done';
    };
    await expect(eventually(check)).resolves.toBe('done');
  });

  it('reports what it waited for and the last error', async () => {
    const never = () => {
      throw new Error('no server');
    };
    await expect(eventually(never, 'an answer', { timeout: 20 })).rejects.toThrow(
      'waited 20 ms for an answer: Error: no server',
    );
    await expect(waitFor(() => false, 'the end', { timeout: 20 })).rejects.toThrow('waited 20 ms for the end');
  });
});

describe('temporaryFolder', () => {
  it('exists until it is removed', async () => {
    const folder = await temporaryFolder();
    await access(folder.path);
    await folder.remove();
    await expect(access(folder.path)).rejects.toThrow('ENOENT');
  });

  it('gives every run a namespace of its own', () => {
    expect(randomNamespace()).not.toBe(randomNamespace());
    expect(randomNamespace('db')).toMatch(/^db[0-9a-f]{12}$/);
  });
});
