import type { Health } from '@tidemark/contracts';
import { withTimeout } from '@tidemark/foundation';
import type { Adapters } from './adapters.js';

/** Milliseconds after which a store without a response counts as down. */
const PING_WITHIN_MS = 2000;

/** Whether each port that this process uses responds. */
export async function healthOf({ eventStore, broker, readModel, blobs }: Partial<Adapters>): Promise<Health> {
  const [events, messages, views, objects] = await Promise.all([eventStore, broker, readModel, blobs].map(stateOf));
  return { eventStore: events!, broker: messages!, readModel: views!, blobs: objects! };
}

async function stateOf(port: { ping(): Promise<void> } | undefined): Promise<'up' | 'down' | 'unused'> {
  if (!port) return 'unused';
  return answersSoon(port.ping()).then(
    () => 'up',
    () => 'down',
  );
}

/** The response, or an error when it takes too long. */
export const answersSoon = <T>(answer: Promise<T>): Promise<T> =>
  withTimeout(answer, PING_WITHIN_MS, () => {
    throw new Error('no answer');
  });
