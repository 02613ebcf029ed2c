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
  const { source, pipeline, destinations } = await findConnection(coordinator, { tenant, connectionId });
  if (changes.source || changes.destinations)
    assertConnects(coordinator.catalogue, { source, destinations, ...changes, pipeline });
  if (changes.schedule) assertSchedule(changes.schedule, coordinator.time.now());
  const data = { ...changes, at: coordinator.time.now() };
  return handleOwned(coordinator, context, { tenant, connectionId }, { type: 'UpdateConnection', data });
}
