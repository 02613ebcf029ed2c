// node files-writer.mjs ROOT FORMAT FIRST LAST: writes batches, and prints the number of each one written. It is
// meant to be killed.
import { openDestination } from '@tidemark/connector-sdk';
import { createHttpPool } from '@tidemark/resilience';
import { connector } from '../dist/files/files.connector.js';

const [root, format, first, last] = process.argv.slice(2);
const pool = createHttpPool();
const config = { format, gzip: format === 'csv' };
const destination = openDestination({ connector, config, pool, filesRoot: root });
for (let batch = Number(first); batch <= Number(last); batch++) {
  const rows = Array.from({ length: 2000 }, (_, n) => ({ data: { id: `${batch}-${n}`, text: 'x'.repeat(100) } }));
  await destination.write(
    { id: `b${batch}`, mode: 'append', object: 'rows', key: [], rows },
    new AbortController().signal,
  );
  console.log(batch);
}
await destination.close();
await pool.close();
