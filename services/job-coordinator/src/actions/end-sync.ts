import { endStates, isEnding, jobStream, type EndedJob, type JobEnding } from '@tidemark/contracts';
import { StreamDeleted, StreamNotFound, Unreadable, type RecordedEvent } from '@tidemark/event-store';
import type { Context, Coordinator } from '../coordinator.js';

/** A job ended: commits its cursor and plans the connection's next sync. Repeating it changes nothing. */
export async function endSync(
  { connections }: Pick<Coordinator, 'connections'>,
  context: Context,
  { jobId, ending, position }: EndedJob,
): Promise<void> {
  const { connectionId, startedAt, sourceSetAt, at } = ending.data;
  const data = { jobId, state: endStates[ending.type], ...outcomeOf(ending), position, startedAt, sourceSetAt, at };
  await connections.handle(connectionId, { type: 'EndSync', data }, context);
}

/** For a job that has ended: does what the message about its end will do, or has done already. */
export async function commitEnd(
  coordinator: Pick<Coordinator, 'connections' | 'eventStore'>,
  tenant: string,
  jobId: string,
): Promise<void> {
  const end = await endOf(coordinator, tenant, jobId);
  if (end) await endSync(coordinator, { tenant, actor: 'coordinator' }, end);
}

/**
 * Takes a message about the end of a job. The log decides: the message may be of an end that the log lost when it was
 * restored. Of a job whose events were deleted since, the message is all that is left.
 * @returns the end that counts; undefined when there is none
 */
export async function takeEnd(
  coordinator: Pick<Coordinator, 'connections' | 'eventStore'>,
  context: Context,
  message: EndedJob,
): Promise<EndedJob | undefined> {
  const end = await endOf(coordinator, message.tenant, message.jobId, message);
  if (end) await endSync(coordinator, context, end);
  return end;
}

/** The end of the job in the log; undefined when it has not ended or never was, `deleted` when its events were deleted. */
async function endOf(
  { eventStore }: Pick<Coordinator, 'eventStore'>,
  tenant: string,
  jobId: string,
  deleted?: EndedJob,
): Promise<EndedJob | undefined> {
  try {
    for await (const stored of eventStore.read(jobStream.of(jobId), { direction: 'backwards' })) {
      const event = checked(stored);
      if (event) return isEnding(event) ? { tenant, jobId, ending: event, position: event.position } : undefined;
    }
    return deleted;
  } catch (error) {
    if (error instanceof StreamDeleted) return deleted;
    if (error instanceof StreamNotFound) return undefined;
    throw error;
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
  ending.type === 'JobCompleted'
    ? { result: ending.data.result, cursor: ending.data.cursor }
    : { result: null, ...(ending.type === 'JobFailed' && { error: ending.data.error }) };
