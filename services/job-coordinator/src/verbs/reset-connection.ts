import type { ConnectionView, ResetConnection } from '@tidemark/contracts';
import { handleOwned } from '../actions/handle-owned.js';
import type { Context, Coordinator } from '../coordinator.js';

/** Drops the cursor, or those of some objects: a running job no longer commits its own. @throws TidemarkError NOT_FOUND */
export const resetConnection = (
  coordinator: Coordinator,
  context: Context,
  { tenant, connectionId, objects }: ResetConnection,
): Promise<ConnectionView> => {
  const data = { ...(objects && { objects }), at: coordinator.time.now() };
  return handleOwned(coordinator, context, { tenant, connectionId }, { type: 'ResetCursor', data });
};
