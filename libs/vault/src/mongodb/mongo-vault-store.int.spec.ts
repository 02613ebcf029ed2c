import { afterAll, describe, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { MongoClient } from 'mongodb';
import { createVaultStore } from '../create-vault-store.js';
import { describeVaultStore } from '../testing/index.js';

const url = process.env['MONGODB_URL'];
const client = url === undefined ? undefined : new MongoClient(url);
afterAll(() => client?.close());

if (url === undefined) describe.skip('secrets in MongoDB (MONGODB_URL)', () => it('needs a server', () => undefined));
else
  describeVaultStore('secrets in MongoDB', async () => {
    const namespace = randomNamespace();
    return {
      open: () => createVaultStore(url, { namespace }),
      remove: async () => void (await client!.db(namespace).dropDatabase()),
    };
  });
