import {
  TidemarkError,
  type ConnectionView,
  type CreateConnection,
  type ValidatedConnection,
} from '@tidemark/contracts';
import { canonicalJson, uuidv5, uuidv7 } from '@tidemark/foundation';
import { assertConnects, assertSchedule } from '../actions/connection-input.js';
import { hashOf } from '../actions/job-identity.js';
import { exists } from '../connection/connection.js';
import { describeConnection } from '../connection/connection.view.js';
import type { Context, Coordinator } from '../coordinator.js';

/** @throws TidemarkError VALIDATION_FAILED with the fields at fault · DUPLICATE_REQUEST · IDEMPOTENCY_KEY_REUSED */
export async function createConnection(
  coordinator: Coordinator,
  context: Context,
  input: CreateConnection,
): Promise<ConnectionView> {
  const { connections } = coordinator;
  const data = validated(coordinator, input);
  const { state } = await connections.handle(data.connectionId, { type: 'CreateConnection', data }, context);
  if (!exists(state)) throw new TidemarkError('INTERNAL', 'the connection was not created');
  return describeConnection(state);
}

/** @throws TidemarkError VALIDATION_FAILED with the fields at fault */
export async function validateConnection(
  coordinator: Coordinator,
  input: CreateConnection,
): Promise<ValidatedConnection> {
  const { connectionId } = validated(coordinator, input);
  const { revision } = await coordinator.connections.load(connectionId);
  return { isCreated: revision >= 0 };
}

function validated(
  { time, catalogue }: Coordinator,
  {
    tenant,
    name,
    schedule = { every: 'manual' },
    whenBusy = 'queue',
    source,
    pipeline,
    destinations,
    policies,
    idempotencyKey,
  }: CreateConnection,
) {
  const parts = {
    source,
    ...(pipeline && { pipeline }),
    ...(destinations && { destinations }),
    ...(policies && { policies }),
  };
  const { kind } = assertConnects(catalogue, parts);
  assertSchedule(schedule, time.now());
  const given = { name, ...parts, schedule, whenBusy };
  const identity =
    idempotencyKey === undefined
      ? { connectionId: uuidv7() }
      : {
          connectionId: uuidv5('connection', tenant, idempotencyKey),
          requestHash: hashOf(canonicalJson(given)),
        };
  return { ...identity, tenant, ...given, pipeline: kind, at: time.now() };
}
