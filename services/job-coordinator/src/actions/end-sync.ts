import { endStates, isEnding, jobStream, type EndedJob, type JobEnding } from '@tidemark/contracts';
import { Unreadable, type RecordedEvent } from '@tidemark/event-store';
import type { Context, Coordinator } from '../coordinator.js';

/** A job ended: commits its cursor and plans the connection's next sync. Repeating it changes nothing. */
export async function endSync(
  { connections }: Pick<Coordinator, 'connections'>,
  context: Context,
  { jobId, ending, position }: EndedJob,
): Promise<void> {
  const { connectionId, startedAt, at } = ending.data;
  const data = { jobId, state: endStates[ending.type], ...outcomeOf(ending), position, startedAt, at };
  await connections.handle(connectionId, { type: 'EndSync', data }, context);
}

/** For a job that has ended: does what the message about its end will do, or has done already. */
export async function commitEnd(
  coordinator: Pick<Coordinator, 'connections' | 'eventStore'>,
  tenant: string,
  jobId: string,
): Promise<void> {
  const context = { tenant, actor: 'coordinator' };
  const newestFirst = coordinator.eventStore.read(jobStream.of(jobId), { direction: 'backwards' });
  for await (const stored of newestFirst) {
    const event = checked(stored);
    if (!event) continue;
    const { position } = event;
    if (isEnding(event)) await endSync(coordinator, context, { tenant, jobId, ending: event, position });
    return;
  }
}

/** @throws Unreadable */
function checked(stored: RecordedEvent) {
  try {
    return jobStream.readChecked(stored);
  } catch (cause) {
    throw new Unreadable(stored.stream, stored, { cause });
  }
}

const outcomeOf = (ending: JobEnding) =>
  ending.type === 'JobCompleted' ? { result: ending.data.result, cursor: ending.data.cursor } : { result: null };
