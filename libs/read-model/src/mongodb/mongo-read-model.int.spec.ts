import { randomNamespace } from '@tidemark/test-kit';
import { describe } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { ReadModel } from '../port.js';
import { describeReadModel } from '../testing/index.js';
import { MongoReadModel } from './mongo-read-model.js';

const url = process.env.MONGODB_URL ?? '';

(url ? describe : describe.skip)('with MONGODB_URL', () => {
  describeReadModel('MongoReadModel', async () => {
    const namespace = randomNamespace('views');
    const opened: ReadModel[] = [];
    return {
      open() {
        const model = new MongoReadModel(url, { namespace });
        opened.push(model);
        return model;
      },
      async remove() {
        for (const model of opened) await model.close();
        await using client = new MongoClient(url);
        await client.db(namespace).dropDatabase();
      },
    };
  });
});
