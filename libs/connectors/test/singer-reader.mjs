// Reads a tap until it is killed: node singer-reader.mjs <connection as JSON>.
import { openSource } from '@tidemark/connector-sdk';
import { createHttpPool } from '@tidemark/resilience';
import { connector } from '../dist/singer/singer.connector.js';

const source = openSource({ connector, pool: createHttpPool(), ...JSON.parse(process.argv[2]) });
for await (const page of source.read({ object: 'rows', signal: new AbortController().signal })) void page;
