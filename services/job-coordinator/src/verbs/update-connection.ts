import type { ConnectionView, UpdateConnection } from '@tidemark/contracts';
import { assertConnects, assertSchedule } from '../actions/connection-input.js';
import { findConnection } from '../actions/find-connection.js';
import { handleOwned } from '../actions/handle-owned.js';
import type { Context, Coordinator } from '../coordinator.js';

/** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
export async function updateConnection(
  coordinator: Coordinator,
  context: Context,
  { tenant, connectionId, ...changes }: UpdateConnection,
): Promise<ConnectionView> {
  const before = await findConnection(coordinator, { tenant, connectionId });
  const { pipeline } = before;
  const { source = before.source, destinations = before.destinations } = changes;
  if (changes.source || changes.destinations) assertConnects(coordinator.catalogue, { source, pipeline, destinations });
  if (changes.schedule) assertSchedule(changes.schedule);
  const data = { ...changes, at: coordinator.time.now() };
  return handleOwned(coordinator, context, { tenant, connectionId }, { type: 'UpdateConnection', data });
}
