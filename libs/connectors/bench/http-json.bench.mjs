// A local API of BENCH_OBJECTS (default 200,000) objects in pages of 100, read through the connector, beside the bare client
// that reads the same pages and parses them, in the same run. The server is a process of its own.
import { openSource } from '@tidemark/connector-sdk';
import { createHttpPool } from '@tidemark/resilience';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connector } from '../dist/http-json/http-json.connector.js';

const OBJECTS = Number(process.env.BENCH_OBJECTS ?? 200_000);
const PAGE = 100;

if (process.argv[2] === 'serve') serve();
else await measure();

/** Answers are made once, so that the server costs as little as possible. */
function serve() {
  const pages = Array.from({ length: OBJECTS / PAGE }, (_, page) => {
    const items = Array.from({ length: PAGE }, (_, n) => itemOf(page * PAGE + n));
    return JSON.stringify({ items, next: (page + 1) * PAGE < OBJECTS ? `page-${page + 1}` : null });
  });
  const server = createServer((request, response) => {
    const after = new URL(request.url, 'http://h').searchParams.get('after');
    response.writeHead(200, { 'content-type': 'application/json' }).end(pages[Number(after?.slice(5) ?? 0)]);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

function itemOf(id) {
  const updated_at = new Date(Date.UTC(2025, 0, 1) + id * 1000).toISOString();
  return { id, name: `item ${id}`, state: 'open', labels: ['a', 'b'], owner: { id: id % 97, login: `u${id % 97}` }, updated_at }; // prettier-ignore
}

async function measure() {
  const child = spawn(process.execPath, [import.meta.filename, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  const baseUrl = `http://127.0.0.1:${Number(port)}`;
  const pool = createHttpPool({ allow: ['127.0.0.1'] });
  try {
    const rates = { bare: [], connector: [] };
    for (let round = 0; round < 3; round++) {
      rates.bare.push(await timed(() => bare(pool, baseUrl)));
      rates.connector.push(await timed(() => connected(pool, baseUrl)));
    }
    const [plain, read] = [Math.max(...rates.bare), Math.max(...rates.connector)];
    console.log(`${OBJECTS} objects in pages of ${PAGE}, best of three`);
    console.log(`  the same client alone  ${Math.round(plain)} objects/s`);
    console.log(`  http-json              ${Math.round(read)} objects/s, ${(read / plain).toFixed(2)} of it`);
    console.log(`  memory                 ${Math.round(process.memoryUsage().rss / 1024 ** 2)} MB`);
  } finally {
    await pool.close();
    child.kill();
  }
}

async function timed(work) {
  const start = performance.now();
  const count = await work();
  if (count !== OBJECTS) throw new Error(`${count} of ${OBJECTS} objects were read`);
  return (count / (performance.now() - start)) * 1000;
}

async function bare(pool, baseUrl) {
  const client = pool.client({ side: 'source' });
  let count = 0;
  for (let after = null; after !== undefined;) {
    const answer = await client.request({ url: `${baseUrl}/items`, query: { limit: PAGE, ...(after && { after }) } });
    const { items, next } = answer.json();
    count += items.length;
    after = next ?? undefined;
  }
  await client.close();
  return count;
}

async function connected(pool, baseUrl) {
  const items = {
    ...{
      name: 'items',
      path: '/items',
      records: 'items',
      updatedAt: 'updated_at',
      pageSize: { param: 'limit', max: PAGE },
    },
    pagination: { kind: 'cursor', next: 'next', param: 'after' },
  };
  const source = openSource({ connector, config: { baseUrl, objects: [items] }, pool });
  let count = 0;
  for await (const page of source.read({ object: 'items', signal: new AbortController().signal })) count += page.records.length; // prettier-ignore
  await source.close();
  return count;
}
