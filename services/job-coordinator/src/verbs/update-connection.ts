import type { ConnectionEvent, ConnectionView, CursorEffect, Source, UpdateConnection } from '@tidemark/contracts';
import { assertConnects, assertSchedule } from '../actions/connection-input.js';
import { findConnection, ownedConnection } from '../actions/find-connection.js';
import { describeConnection } from '../connection/connection.view.js';
import { keptMessage } from '../connection/object.view.js';
import type { Context, Coordinator } from '../coordinator.js';

/** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
export async function updateConnection(
  coordinator: Coordinator,
  context: Context,
  { tenant, connectionId, ...changes }: UpdateConnection,
): Promise<ConnectionView> {
  const before = await findConnection(coordinator, { tenant, connectionId });
  const { source, pipeline, destinations } = before;
  if (changes.source || changes.destinations)
    assertConnects(coordinator.catalogue, { source, destinations, ...changes, pipeline });
  if (changes.schedule) assertSchedule(changes.schedule, coordinator.time.now());
  const data = { ...changes, at: coordinator.time.now() };
  const command = { type: 'UpdateConnection', data } as const;
  const { state, events } = await coordinator.connections.handle(connectionId, command, context);
  const cursorEffect = effectOn(before.source, events);
  return { ...describeConnection(ownedConnection(state, tenant)), ...(cursorEffect && { cursorEffect }) };
}

/** What the change means for the cursor; undefined when it has nothing to do with it. */
function effectOn(before: Source, events: readonly ConnectionEvent[]): CursorEffect | undefined {
  const [event] = events;
  if (event?.type !== 'ConnectionUpdated') return undefined;
  const { source, destinations, keepsCursor } = event.data;
  if (source && !keepsCursor)
    return { effect: 'dropped', message: 'the next sync reads the new source from its beginning' };
  if (source) return { effect: 'kept', message: keptMessage(before, source) };
  if (!destinations) return undefined;
  return {
    effect: 'kept',
    message: 'the source is read on from where it is: reset the connection to write everything',
  };
}
