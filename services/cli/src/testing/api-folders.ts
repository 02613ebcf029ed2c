import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { JsonApi } from '@tidemark/test-kit/apis';
import { tidemark, type RunOptions } from './command-line.js';

/** Options of `connectors` to reach the API of the folder. */
export const reaching = ['--config', 'api.json', '--credential', 'token.json', '--allow', '127.0.0.1'];

/** For a spec: a fresh folder with the config and the credential of a JSON API of 40 items before each test. */
export function apiFolders() {
  let folder: TemporaryFolder;
  let api: JsonApi;
  beforeEach(async () => {
    folder = await temporaryFolder();
    api = await JsonApi.start();
    api.token = 'canary-token';
    for (let n = 0; n < 40; n++)
      api.put('/items', { id: n, updated_at: new Date(Date.UTC(2025, 0, 1, n)).toISOString(), name: `item ${n}` });
    const items = {
      name: 'items',
      path: '/cursor/items',
      records: 'data.items',
      updatedAt: 'updated_at',
      pageSize: { param: 'limit' },
      pagination: { kind: 'cursor', next: 'meta.next_cursor', param: 'cursor' },
    };
    await writeFile(folder.join('api.json'), JSON.stringify({ baseUrl: api.url, objects: [items] }));
    await writeFile(folder.join('token.json'), JSON.stringify({ kind: 'bearer', token: 'canary-token' }), {
      mode: 0o600,
    });
  });
  afterEach(async () => {
    await api.close();
    await folder.remove();
  });
  return {
    get folder() {
      return folder;
    },
    get api() {
      return api;
    },
    /** Runs the command line in the folder. */
    run: (argv: readonly string[], options: RunOptions = {}) =>
      tidemark('http://127.0.0.1:1', argv, { ...options, env: { INIT_CWD: folder.path, ...options.env } }),
  };
}
