import { expect } from '@jest/globals';
import type { Caller } from '../../installations/caller.js';
import type { DuplicatingBroker } from '../../installations/duplicating-broker.js';
import type { History } from './history.js';
import type { Publisher } from '../../publishers/publisher.js';
import { expectWhole } from './whole.js';
import { syncUntil, watchedApis } from './workload.js';

const SYNCS = 3;

/** Two connections, three syncs each, everything twice, then everything once more, with the result of a single run. */
export async function expectDuplicatesToBeHarmless(given: {
  readonly on: Caller;
  readonly publisher: Publisher;
  readonly broker: DuplicatingBroker;
  readonly history: () => Promise<History>;
}): Promise<void> {
  const { on, publisher, broker, history } = given;
  const apis = await watchedApis(on, publisher, 2);
  await Promise.all(
    apis.map(async (api) => {
      await syncUntil(on, publisher, api, () => api.version === SYNCS);
      await on.committed(api.connectionId, api.jobIds.at(-1)!);
    }),
  );
  const once = await history();
  for (const api of apis) expectWhole(once, api);
  expect(broker.repeated).toBeGreaterThan(2 * SYNCS * 10);

  await broker.repeatAll();
  const again = await history();
  for (const api of apis) expectWhole(again, api);
  for (const { jobIds } of apis) for (const jobId of jobIds) expect(again.ofJob(jobId)).toEqual(once.ofJob(jobId));
}
