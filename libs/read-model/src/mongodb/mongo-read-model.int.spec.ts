import { describe } from '@jest/globals';
import { describeReadModel } from '../testing/index.js';
import { mongoHome } from '../testing/mongo-home.js';

const url = process.env.MONGODB_URL ?? '';

(url ? describe : describe.skip)('with MONGODB_URL', () => {
  describeReadModel('MongoReadModel', () => mongoHome(url));
});
