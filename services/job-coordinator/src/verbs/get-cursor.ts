import type { ConnectionRef, CursorView } from '@tidemark/contracts';
import { findConnection } from '../actions/find-connection.js';
import { describeCursor } from '../connection/connection.view.js';
import type { Coordinator } from '../coordinator.js';

/** @throws TidemarkError NOT_FOUND */
export const getCursor = async (coordinator: Coordinator, ref: ConnectionRef): Promise<CursorView> =>
  describeCursor(await findConnection(coordinator, ref));
