import { providerIdOf, TidemarkError, type PushObjects, type PushTaken, type PushTarget } from '@tidemark/contracts';
import { pipelineFor } from '@tidemark/pipelines';
import { digestOf } from '../actions/digest-of.js';
import { findConnection } from '../actions/find-connection.js';
import { exists } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';

/** Stands for all objects of the connection. */
const EVERYTHING = { object: '*' };

/**
 * Records what was pushed; its job follows from the event.
 * @throws TidemarkError NOT_FOUND · CONFLICT for a connection whose jobs read nothing that is pushed · QUEUE_FULL
 */
export async function push(
  coordinator: Coordinator,
  context: Context,
  { deliveryId, objects, ...ref }: PushObjects,
): Promise<PushTaken> {
  const { catalogue, inbox } = coordinator;
  const connection = await findConnection(coordinator, ref);
  const manifest = catalogue.connectors.get(connection.source.connector)?.manifest;
  const pipeline = pipelineFor(catalogue.pipelines, connection, manifest);
  if (!pipeline?.jobTypes?.includes('webhook'))
    throw new TidemarkError('CONFLICT', `the jobs of this connection take no pushes: they run ${pipeline?.kind}`);
  const chosen = connection.source.objects;
  const wanted = objects.filter(({ object }) => chosen === undefined || chosen.includes(object));
  const waits = connection.paused || connection.status !== 'active';
  // Of objects that the connection does not read, nothing is remembered either.
  if (objects.length > 0 && wanted.length === 0) return { duplicate: false, waits };
  const pushed = objects.length === 0 ? [EVERYTHING] : wanted;
  const digest = deliveryId === undefined ? null : digestOf(deliveryId);
  const taken = await inbox.add(connection.id, context, { digest, objects: pushed });
  return { ...taken, waits };
}

/** @throws TidemarkError NOT_FOUND, also for a subscription: nothing is pushed to it */
export async function getPushTarget({ connections }: Coordinator, connectionId: string): Promise<PushTarget> {
  const { state } = await connections.load(connectionId);
  if (!exists(state) || providerIdOf(state.source) !== null) throw new TidemarkError('NOT_FOUND', 'no such connection');
  return { tenant: state.tenant, source: state.source };
}
