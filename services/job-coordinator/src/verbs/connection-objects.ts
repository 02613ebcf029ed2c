import {
  TidemarkError,
  type ChangeObject,
  type ConnectionObject,
  type ConnectionObjects,
  type ConnectionRef,
} from '@tidemark/contracts';
import { findConnection, ownedConnection } from '../actions/find-connection.js';
import type { ExistingConnection } from '../connection/connection.js';
import { describeObject, objectNames } from '../connection/object.view.js';
import type { Context, Coordinator } from '../coordinator.js';

/** @throws TidemarkError NOT_FOUND */
export async function listObjects(coordinator: Coordinator, ref: ConnectionRef): Promise<ConnectionObjects> {
  const connection = await findConnection(coordinator, ref);
  const names = objectNames(connection, offeredBy(coordinator, connection) ?? []);
  return { data: names.map((name) => describeObject(connection, name)) };
}

/** Each change is idempotent. @throws TidemarkError NOT_FOUND when the connection has no such object */
export async function changeObject(
  coordinator: Coordinator,
  context: Context,
  { change, object, ...ref }: ChangeObject,
): Promise<ConnectionObject> {
  const { connections, time } = coordinator;
  assertHas(coordinator, await findConnection(coordinator, ref), object);
  const at = time.now();
  const command =
    change === 'reset'
      ? ({ type: 'ResetCursor', data: { objects: [object], at } } as const)
      : ({ type: change === 'pause' ? 'PauseObject' : 'ResumeObject', data: { object, at } } as const);
  const { state } = await connections.handle(ref.connectionId, command, context);
  return describeObject(ownedConnection(state, ref.tenant), object);
}

/** Sources that are asked what they offer may have any object. */
function assertHas(coordinator: Coordinator, connection: ExistingConnection, object: string): void {
  const names = connection.source.objects ?? offeredBy(coordinator, connection);
  if (names === undefined || names.includes(object)) return;
  throw new TidemarkError('NOT_FOUND', `the connection has no object ${object}; it has ${names.join(', ')}`);
}

/** What the source's manifest names; undefined when the source is asked. */
function offeredBy({ catalogue }: Coordinator, { source }: ExistingConnection): readonly string[] | undefined {
  const objects = catalogue.connectors.get(source.connector)?.manifest.source?.objects;
  return objects === undefined || objects === 'configured' ? undefined : objects.map(({ name }) => name);
}
