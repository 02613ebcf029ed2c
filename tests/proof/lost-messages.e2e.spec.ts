import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allPorts, openAdapters, type Opened, type PortName } from '@tidemark/platform';
import { randomNamespace } from '@tidemark/test-kit';
import { connect } from 'nats';
import { Caller } from '../installations/caller.js';
import { environmentOf, patient } from '../installations/cluster.js';
import { Program } from '../installations/program.js';
import { serverUrls } from '../installations/urls.js';

const urls = serverUrls();
const namespace = randomNamespace();
const programs: Program[] = [];
let adapters: Opened<PortName>;
let on: Caller;

const run = (service: ConstructorParameters<typeof Program>[0]) =>
  programs.push(new Program(service, environmentOf(urls!, namespace) as Record<string, string>));

/** All work that no runner has taken yet is gone, as after the loss of a node's disk. */
async function purgeWork(): Promise<number> {
  const connection = await connect({ servers: urls!.broker });
  const manager = await connection.jetstreamManager();
  const { purged } = await manager.streams.purge(`${namespace}_WORK`);
  await connection.close();
  return purged;
}

(urls === undefined ? describe.skip : describe)(
  'work that JetStream lost (NATS_URL, EVENTSTORE_URL, MONGODB_URL)',
  () => {
    beforeAll(async () => {
      adapters = await openAdapters(allPorts, { urls: urls!, namespace });
      on = new Caller(patient(adapters.broker));
      run('job-coordinator');
      run('job-coordinator');
    }, 60_000);

    afterAll(async () => {
      await Promise.all(programs.map((program) => program.stop()));
      await adapters.close();
    });

    it('is offered again, and holds no slot for ever', async () => {
      const offered: string[] = [];
      for (let n = 0; n < 8; n += 1) offered.push((await on.create(await on.connect())).id);
      // As many as there are slots.
      for (const id of offered.slice(0, 5))
        await on.reached(id, ({ waitingFor }) => waitingFor?.reason === 'no_runner');
      let purged = 0;
      while (purged < 5) purged += await purgeWork();
      run('connector-runner');
      for (const id of offered) expect(await on.finished(id, 60_000)).toMatchObject({ state: 'completed', attempt: 1 });
    }, 120_000);
  },
);
