import { afterAll } from '@jest/globals';
import { SqliteEventStore } from '@tidemark/event-store';
import { temporaryFolder } from '@tidemark/test-kit';
import { EmbeddedBroker } from '../embedded/embedded-broker.js';
import { nestCases } from './nest-cases.spec.js';

const folder = await temporaryFolder();
const log = new SqliteEventStore(folder.join('events.db'));

nestCases(async () => new EmbeddedBroker(log));

afterAll(async () => {
  await log.close();
  await folder.remove();
});
