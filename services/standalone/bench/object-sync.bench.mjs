// A local API of BENCH_OBJECTS (default 200,000) objects in pages of 100, synced into the record store by a job of an
// installation in a process of its own, beside the same client that only reads the pages, in the same run.
import { createServer } from 'node:http';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { once } from 'node:events';
import { createHttpPool } from '../../../libs/resilience/dist/index.js';
import { row } from '../../../tools/lib/bench.mjs';
import { Installation } from './installation.mjs';

const OBJECTS = Number(process.env.BENCH_OBJECTS ?? 200_000);
const PAGE = 100;

if (isMainThread) await measure();
else serve();

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
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
}

function itemOf(id) {
  const updated_at = new Date(Date.UTC(2025, 0, 1) + id * 1000).toISOString();
  return { id, name: `item ${id}`, state: 'open', labels: ['a', 'b'], owner: { id: id % 97, login: `u${id % 97}` }, updated_at }; // prettier-ignore
}

async function measure() {
  const server = new Worker(new URL(import.meta.url));
  const [port] = await once(server, 'message');
  const installation = await Installation.start({ TIDEMARK_FETCH_ALLOW: `127.0.0.1:${port}` });
  const baseUrl = `http://127.0.0.1:${port}`;
  try {
    const floor = await reading(baseUrl);
    const items = {
      ...{ name: 'items', path: '/items', records: 'items', updatedAt: 'updated_at' },
      ...{ pageSize: { param: 'limit', max: PAGE }, pagination: { kind: 'cursor', next: 'next', param: 'after' } },
    };
    const connection = await installation.connect({
      source: { connector: 'http-json', config: { baseUrl, objects: [items] }, objects: ['items'] },
    });
    for (const what of ['all new', 'again, unchanged']) {
      const { ms, counts } = await installation.run(connection, { type: 'full' });
      if (counts.created + counts.skipped !== OBJECTS) throw new Error(JSON.stringify(counts));
      row(what, OBJECTS / (ms / 1000), 'objects/s', floor);
    }
    row('peak memory of the installation', installation.peakMib, 'MiB');
  } finally {
    await installation.stop();
    await server.terminate();
  }
}

/** The pages alone: objects per second. */
async function reading(baseUrl) {
  const pool = createHttpPool({ allow: ['127.0.0.1'] });
  const client = pool.client({ side: 'source' });
  const began = performance.now();
  let count = 0;
  for (let after = null; after !== undefined;) {
    const answer = await client.request({ url: `${baseUrl}/items`, query: { limit: PAGE, ...(after && { after }) } });
    const { items, next } = answer.json();
    count += items.length;
    after = next ?? undefined;
  }
  const rate = count / ((performance.now() - began) / 1000);
  await client.close();
  await pool.close();
  row('reading the pages alone', rate, 'objects/s');
  return rate;
}
