import type { ConnectionRef } from '@tidemark/contracts';
import { handleOwned } from '../actions/handle-owned.js';
import type { Context, Coordinator } from '../coordinator.js';

/** Commands without other input than the connection. */
export type PlainChange =
  'PauseConnection' | 'ResumeConnection' | 'DisconnectConnection' | 'ReconnectConnection' | 'ReauthorizeConnection';

/** Pauses, resumes, disconnects or reconnects; each is idempotent. @throws TidemarkError NOT_FOUND */
export const changeConnection = (coordinator: Coordinator, context: Context, ref: ConnectionRef, type: PlainChange) =>
  handleOwned(coordinator, context, ref, { type, data: { at: coordinator.time.now() } });
