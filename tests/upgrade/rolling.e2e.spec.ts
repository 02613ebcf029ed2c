import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allPorts, openAdapters, type Opened, type PortName } from '@tidemark/platform';
import { randomNamespace } from '@tidemark/test-kit';
import { serverUrls } from '../installations/urls.js';
import { seeded } from '../proof/testing/workload.js';
import { Publisher } from '../publishers/publisher.js';
import { Fleet, kinds, type Version } from './testing/fleet.js';
import { FleetClient } from './testing/fleet-client.js';
import { Load } from './testing/load.js';
import { oldCommit } from './testing/old-version.js';
import { expectWholeLoad } from './testing/whole-load.js';

const urls = serverUrls();
const KEY = 'tmk_key-of-the-fleet';
const SEED = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000);
const DEATHS = 4;
/** Timeout of each part; an idle machine needs a fraction of it. */
const TIMEOUT_MS = 300_000;

let publisher: Publisher;
let adapters: Opened<PortName>;
let fleet: Fleet;
let load: Load;

/** Replaces the services of one version by those of the other, one by one, each for a while side by side with the next. */
async function replace(from: Version, to: Version): Promise<void> {
  for (const kind of kinds) {
    load.phase = `a ${to} ${kind} beside the ${from} one`;
    const before = fleet.membersOf(kind);
    await fleet.start(kind, to);
    await load.round();
    load.phase = `a ${to} ${kind} instead of the ${from} one`;
    await fleet.stop(before);
    await load.round();
  }
}

/** One installation and one load through all of it. */
(urls ? describe : describe.skip)(
  `services of ${oldCommit.slice(0, 7)} and of now on the same stores, under load (NATS_URL, EVENTSTORE_URL, MONGODB_URL)`,
  () => {
    beforeAll(async () => {
      const namespace = randomNamespace();
      publisher = await Publisher.start();
      adapters = await openAdapters(allPorts, { urls: urls!, namespace });
      fleet = new Fleet(urls!, namespace, KEY);
      for (const kind of kinds) await fleet.start(kind, 'old');
      load = new Load(new FleetClient(() => fleet.edges, KEY), publisher);
      await load.begin();
      await load.round();
    }, TIMEOUT_MS);

    afterAll(async () => {
      await fleet.end();
      await adapters.close();
      await publisher.stop();
    });

    it('keep working while the old ones are replaced by the new ones', () => replace('old', 'new'), TIMEOUT_MS);

    it('keep working while the new ones are replaced by the old ones', () => replace('new', 'old'), TIMEOUT_MS);

    it(
      `go on while both are there and are killed at random (seed ${SEED})`,
      async () => {
        const random = seeded(SEED);
        for (const kind of kinds) await fleet.start(kind, 'new');
        for (let died = 0; died < DEATHS; died += 1) {
          const kind = kinds[Math.floor(random() * kinds.length)]!;
          const member = fleet.membersOf(kind)[Math.floor(random() * 2)]!;
          load.phase = `the ${member.version} ${kind} killed`;
          await fleet.stop([member], 'SIGKILL');
          await load.round();
          await fleet.start(kind, member.version);
        }
      },
      TIMEOUT_MS,
    );

    it(
      'lost, kept and doubled nothing through all of it',
      async () => {
        await load.end();
        await fleet.stopVersion('old');
        await expectWholeLoad(load, adapters.eventStore);
        expect(fleet.fallen).toEqual([]);
      },
      TIMEOUT_MS,
    );
  },
);
