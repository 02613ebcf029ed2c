import type { ConditionView, Health } from '@tidemark/contracts';
import { withTimeout, type Condition, type Conditions } from '@tidemark/foundation';
import type { Adapters } from './ports.js';

/** Milliseconds after which a store without a response counts as down. */
const PING_WITHIN_MS = 2000;

/** Whether each port that this process uses responds, and what is wrong in it. */
export async function healthOf(
  { eventStore, broker, readModel, blobs }: Partial<Adapters>,
  conditions: Conditions,
): Promise<Health> {
  const [events, messages, views, objects] = await Promise.all([eventStore, broker, readModel, blobs].map(stateOf));
  return { eventStore: events!, broker: messages!, readModel: views!, blobs: objects!, conditions: conditions.list() };
}

/** What anybody may see of conditions: their details name tenants and files. */
export const publicView = (conditions: readonly Condition[]): ConditionView[] =>
  conditions.map(({ subject, severity, since }) => ({ subject, severity, since }));

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
