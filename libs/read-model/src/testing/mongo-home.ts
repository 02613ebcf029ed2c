import { randomNamespace } from '@tidemark/test-kit';
import { MongoClient } from 'mongodb';
import { MongoReadModel } from '../mongodb/mongo-read-model.js';
import type { ReadModel } from '../port.js';
import type { ReadModelHome } from './home.js';

/** A separate database on the server. */
export async function mongoHome(url: string): Promise<ReadModelHome> {
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
}
