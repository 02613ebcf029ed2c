import type { ConnectionRef, ConnectionView } from '@tidemark/contracts';
import { findConnection } from '../actions/find-connection.js';
import { describeConnection } from '../connection/connection.view.js';
import type { Coordinator } from '../coordinator.js';

/** @throws TidemarkError NOT_FOUND */
export const getConnection = async (coordinator: Coordinator, ref: ConnectionRef): Promise<ConnectionView> =>
  describeConnection(await findConnection(coordinator, ref));
