// node crash-writer.mjs FILE: opens the store, prints `open`, then appends endlessly (64 at once, three events each)
// and prints `<stream> <append> <revision>` for each confirmed append. Made to be killed.
import { uuidv7 } from '@tidemark/foundation';
import { SqliteEventStore } from '../dist/index.js';
import { once } from 'node:events';

const store = new SqliteEventStore(process.argv[2]);
process.stdout.setMaxListeners(0);
process.stdout.write('open\n');
for (let writer = 0; writer < 64; writer++) void write();

async function write() {
  for (;;) {
    const stream = `job-${uuidv7()}`;
    for (let revision = -1; revision < 8; revision += 3) {
      const append = uuidv7();
      const events = [0, 1, 2].map((part) => ({
        id: uuidv7(),
        type: 'Written',
        data: { append, part, padding: 'x'.repeat(200) },
        metadata: {},
      }));
      await store.append(stream, events, revision === -1 ? 'no_stream' : revision);
      store.checkpoints.set('writer', append);
      if (!process.stdout.write(`${stream} ${append} ${revision + 3}\n`)) await once(process.stdout, 'drain');
    }
  }
}
