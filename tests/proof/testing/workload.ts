import type { Caller } from '../../installations/caller.js';
import { described } from '../../publishers/descriptions.js';
import type { Publisher } from '../../publishers/publisher.js';

/** One connection whose description changes before every sync. */
export interface WatchedApi {
  readonly path: string;
  readonly connectionId: string;
  /** Versions published and synced so far, from 1; 0 before the first. */
  version: number;
  readonly jobIds: string[];
}

export async function watchedApis(on: Caller, publisher: Publisher, count: number): Promise<WatchedApi[]> {
  const apis: WatchedApi[] = [];
  for (let n = 0; n < count; n += 1) {
    const path = `/api-${n}`;
    apis.push({ path, connectionId: await on.connect(publisher.url(path)), version: 0, jobIds: [] });
  }
  return apis;
}

/** Publishes and syncs version after version until it is stopped; every sync must complete. */
export async function syncUntil(
  on: Caller,
  publisher: Publisher,
  api: WatchedApi,
  ended: () => boolean,
): Promise<void> {
  while (!ended()) {
    api.version += 1;
    publisher.publish(described(api.version), api.path);
    const jobId = await on.createOnce(api.connectionId, `${api.path} ${api.version}`);
    api.jobIds.push(jobId);
    const { state, result, lastError } = await on.finished(jobId, 150_000);
    if (state !== 'completed' || result !== 'succeeded')
      throw new Error(`the sync of ${api.path} version ${api.version} is ${state}, ${result}: ${lastError?.message}`);
  }
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
