import { describe } from '@jest/globals';
import { eventually, randomNamespace, temporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { freePort } from '../installations/free-port.js';
import { serverUrls } from '../installations/urls.js';
import { Program } from '../installations/program.js';
import { Publisher } from '../publishers/publisher.js';
import { traceCases } from './testing/trace.cases.js';

const KEY = 'tmk_installation-under-test';
const common = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  TIDEMARK_API_KEY: KEY,
  TIDEMARK_FETCH_ALLOW: Publisher.allow.join(),
});

describe('the trace of a job, in a process of its own', () => {
  traceCases(async (endpoint) => {
    const folder = await temporaryFolder();
    const environment = { ...common(endpoint), TIDEMARK_DATA_DIR: folder.path, TIDEMARK_DEMO: 'off' };
    const program = new Program('standalone', environment);
    return {
      client: new Client(await program.url(), KEY),
      async stop() {
        await program.stop();
        await folder.remove();
      },
    };
  });
});

const servers = serverUrls();

(servers ? describe : describe.skip)('the trace of a job, through four processes on real servers', () => {
  traceCases(async (endpoint) => {
    const port = String(await freePort());
    const environment = {
      ...common(endpoint),
      TIDEMARK_EVENT_STORE: servers!.eventStore,
      TIDEMARK_BROKER: servers!.broker,
      TIDEMARK_READ_MODEL: servers!.readModel,
      TIDEMARK_BLOBS: servers!.blobs,
      TIDEMARK_NAMESPACE: randomNamespace(),
    };
    const programs = [
      new Program('job-coordinator', environment),
      new Program('differ', environment),
      new Program('connector-runner', environment),
      new Program('gateway', { ...environment, TIDEMARK_HTTP_PORT: port }),
    ];
    const client = new Client(`http://127.0.0.1:${port}`, KEY);
    const isReady = async () => (await client.get('/readyz')).status === 200;
    await eventually(isReady, 'the edge to be ready', { timeout: 30_000, interval: 50 });
    return {
      client,
      // The edge first: it calls the others.
      stop: async () => {
        for (const program of programs.toReversed()) await program.stop();
      },
    };
  });
});
