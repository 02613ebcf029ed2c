import { TidemarkError, type ConnectionView, type CreateConnection } from '@tidemark/contracts';
import { uuidv7 } from '@tidemark/foundation';
import { assertConnects, assertSchedule } from '../actions/connection-input.js';
import { exists } from '../connection/connection.js';
import { describeConnection } from '../connection/connection.view.js';
import type { Context, Coordinator } from '../coordinator.js';

/** @throws TidemarkError VALIDATION_FAILED with the fields at fault */
export async function createConnection(
  { connections, time, catalogue }: Coordinator,
  context: Context,
  {
    tenant,
    name,
    schedule = { every: 'manual' },
    whenBusy = 'queue',
    source,
    pipeline,
    destinations,
  }: CreateConnection,
): Promise<ConnectionView> {
  const parts = { source, ...(pipeline && { pipeline }), ...(destinations && { destinations }) };
  assertConnects(catalogue, parts);
  assertSchedule(schedule);
  const connectionId = uuidv7();
  const data = { connectionId, tenant, name, ...parts, schedule, whenBusy, at: time.now() };
  const { state } = await connections.handle(connectionId, { type: 'CreateConnection', data }, context);
  if (!exists(state)) throw new TidemarkError('INTERNAL', 'the connection was not created');
  return describeConnection(state);
}
