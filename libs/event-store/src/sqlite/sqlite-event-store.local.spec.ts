import { temporaryFolder } from '@tidemark/test-kit';
import { DatabaseSync } from 'node:sqlite';
import { createEventStore } from '../create-event-store.js';
import { eventStoreConformance } from '../testing/index.js';

eventStoreConformance(
  'SqliteEventStore',
  async () => {
    const folder = await temporaryFolder();
    const path = folder.join('events.db');
    let intruder: DatabaseSync | undefined;
    return {
      open: () => createEventStore(`sqlite:${path}`),
      fail: () => {
        intruder = new DatabaseSync(path);
        intruder.exec('BEGIN IMMEDIATE');
      },
      restore: () => {
        intruder?.close();
        intruder = undefined;
      },
      cleanUp: () => folder.remove(),
    };
  },
  { network: false },
);
