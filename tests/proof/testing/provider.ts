import { alertStream, CATALOGUE, type ChangesDetected, type ConnectionView } from '@tidemark/contracts';
import { categoryOf } from '@tidemark/event-store';
import { type readLog } from './log.js';
import type { Caller } from '../../installations/caller.js';

const AT_ONCE = 64;

/** Subscribes that many tenants to a provider, each with two requests, and returns their subscriptions. */
export async function subscribeAll(caller: Caller, providerId: string, count: number): Promise<Set<string>> {
  const subscriptions = new Set<string>();
  const tenants = Array.from({ length: count }, (_, n) => `tenant-${n}`).values();
  const subscribe = async () => {
    for (const tenant of tenants)
      for (let time = 0; time < 2; time++) {
        const { id } = await caller.ask<ConnectionView>('subscribe', { providerId }, tenant);
        subscriptions.add(id);
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, subscribe));
  return subscriptions;
}

/** A provider that watches the description at the URL. */
export const addProvider = (caller: Caller, url: string) => caller.as(CATALOGUE).connect(url);

/** The alerts of a provider's subscribers, in the order of the log. */
export const alertsIn = (log: Awaited<ReturnType<typeof readLog>>): ChangesDetected['data'][] =>
  log
    .filter(({ stream }) => categoryOf(stream) === alertStream.category)
    .flatMap((stored) => alertStream.read(stored)?.data ?? []);
