// node postgres-writer.mjs CONFIG BATCH: writes one batch, and prints `written` and the results. It is meant to be killed.
import { openDestination } from '@tidemark/connector-sdk';
import { createHttpPool } from '@tidemark/resilience';
import { connector } from '../dist/postgres/postgres.connector.js';

const [config, batch] = process.argv.slice(2).map((text) => JSON.parse(text));
const pool = createHttpPool({ allow: ['127.0.0.1', 'localhost'] });
const destination = openDestination({ connector, config, pool });
const results = await destination.write(batch, new AbortController().signal);
console.log('written', JSON.stringify(results));
await destination.close();
await pool.close();
