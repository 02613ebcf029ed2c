import { afterAll, beforeAll } from '@jest/globals';
import { Client, credentials } from '@grpc/grpc-js';
import { Secret } from '@tidemark/config';
import { SqliteEventStore, Unavailable, type EventStore } from '@tidemark/event-store';
import { Conditions } from '@tidemark/foundation';
import { daemonLifecycle } from '@tidemark/foundation/testing';
import { allPorts, createLogger, openAdapters, type Opened, type PortName } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import { FakeClock, temporaryFolder, withMembers, type TemporaryFolder } from '@tidemark/test-kit';
import { GatewayModule, resources } from '../gateway.module.js';
import { KeyOfSettings } from './auth/key-of-settings.js';
import { grpcEdge } from './grpc/grpc-edge.js';
import { createHttp } from './http/create-http.js';
import { httpEdge } from './http/http-edge.js';
import { EdgeLimits } from './limits/edge-limits.js';
import { OpenVault } from './open-vault.js';
import { PublicUrl } from './public-url.js';
import type { EdgeDaemon } from './edge-daemon.js';

const logger = createLogger('test', 'silent');
const options = { host: '127.0.0.1', port: 0, drainMs: 100 };

let folder: TemporaryFolder;
let adapters: Opened<PortName>;
beforeAll(async () => {
  folder = await temporaryFolder();
  const { join } = folder;
  const urls = {
    eventStore: `sqlite:${join('events.db')}`,
    broker: 'embedded:',
    readModel: 'sqlite::memory:',
    blobs: `file:${join('blobs')}`,
    records: 'sqlite::memory:',
    vault: 'sqlite::memory:',
  };
  adapters = await openAdapters(allPorts, { urls, namespace: 'tidemark' });
});
afterAll(async () => {
  await adapters.close();
  await folder.remove();
});

const createApp = () => {
  const projector = new Projector({ ...adapters, projections: [], onError: logger.error });
  const limits = new EdgeLimits();
  const deps = {
    adapters,
    projector,
    rateLimit: 0,
    limits,
    logger,
    conditions: new Conditions(),
    vault: new OpenVault(undefined),
    publicUrl: new PublicUrl(() => 'http://127.0.0.1'),
  };
  return createHttp(GatewayModule.forRoot(deps), logger, limits);
};

/** A server whose rounds are calls that it answers. */
const subjectOf = (daemon: EdgeDaemon, call: (address: string) => Promise<void>) => {
  let [rounds, answers] = [0, false];
  return {
    daemon,
    async provoke() {
      // No one listens on port 0.
      answers = await call(daemon.address || '127.0.0.1:0').then(
        () => true,
        () => false,
      );
      rounds += Number(answers);
    },
    rounds: () => rounds,
    held: () => Number(answers),
    errors: [],
  };
};

daemonLifecycle(
  'The HTTP side',
  async () =>
    subjectOf(httpEdge(await createApp(), options), async (address) => {
      const { status } = await fetch(`http://${address}/healthz`, { signal: AbortSignal.timeout(1000) });
      if (status !== 200) throw new Error(`answered ${status}`);
    }),
  { canBreak: false },
);

daemonLifecycle(
  'The gRPC side',
  async () => {
    const app = await createApp();
    const rpcs = resources.flatMap((resource) => resource.rpcs ?? []);
    return subjectOf(grpcEdge(app, rpcs, { ...options, logger }), async (address) => {
      const client = new Client(address, credentials.createInsecure());
      try {
        await new Promise<void>((resolve, reject) =>
          client.waitForReady(Date.now() + 200, (error) => (error ? reject(error) : resolve())),
        );
      } finally {
        client.close();
      }
    });
  },
  { canBreak: false },
);

daemonLifecycle('KeyOfSettings', async () => {
  const clock = new FakeClock();
  const own = await temporaryFolder();
  const store = new SqliteEventStore(own.join('events.db'));
  const errors: Error[] = [];
  let [rounds, broken] = [0, false];
  const away = withMembers<EventStore>(store, {
    // Out of service for as long as it is watched: each attempt is a round.
    read: () => {
      if (broken) {
        broken = false;
        throw new Error('broken');
      }
      rounds++;
      throw new Unavailable('down');
    },
  });
  const onError = (error: Error) => errors.push(error);
  return {
    daemon: new KeyOfSettings(away, new Secret('tmk_of-the-settings'), { logger, clock, onError }),
    provoke: () => clock.advance(2000),
    rounds: () => rounds,
    held: () => clock.timers,
    breakNext: () => (broken = true),
    errors,
    async close() {
      await store.close();
      await own.remove();
    },
  };
});
