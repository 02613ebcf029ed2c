import { afterAll, describe, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import { MongoClient } from 'mongodb';
import { createRecordStore } from '../create-record-store.js';
import { describeFailedRows, describeRecordStore } from '../testing/index.js';

const url = process.env['MONGODB_URL'];
const client = url === undefined ? undefined : new MongoClient(url);
afterAll(() => client?.close());

if (url === undefined) describe.skip('records in MongoDB (MONGODB_URL)', () => it('needs a server', () => undefined));
else {
  const home = async () => {
    const namespace = randomNamespace();
    return {
      open: () => createRecordStore(url, { namespace }),
      remove: async () => void (await client!.db(namespace).dropDatabase()),
    };
  };
  describeRecordStore('records in MongoDB', home);
  describeFailedRows('MongoDB', home);
}
