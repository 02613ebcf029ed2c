import { providerIdOf, TidemarkError, type PushObjects, type PushTaken, type PushTarget } from '@tidemark/contracts';
import { pipelineFor } from '@tidemark/pipelines';
import { digestOf } from '../actions/digest-of.js';
import { findConnection } from '../actions/find-connection.js';
import { uuidv7 } from '@tidemark/foundation';
import { exists } from '../connection/connection.js';
import type { Context, Coordinator } from '../coordinator.js';
import { knownOf } from '../pushes/pushes.decide.js';
import { hasSeen } from '../pushes/pushes.js';

/** Stands for all objects of the connection. */
const EVERYTHING = { object: '*' };

/**
 * Records what was pushed; its job follows from the event.
 * @throws TidemarkError NOT_FOUND · CONFLICT for a connection whose jobs read nothing that is pushed · QUEUE_FULL
 */
export async function push(
  coordinator: Coordinator,
  context: Context,
  { deliveryId, objects, records, ...ref }: PushObjects,
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
  const digest = digestOfPush(deliveryId, records);
  // A delivery without an id is recognised by its records alone.
  const known = () => knownRecords(coordinator, connection.id, digest, records);
  const before = await known();
  if (before) return { ...before, waits };
  const taken = await inbox.add(connection.id, context, { digest, objects: pushed, ...(records && { records }) });
  if (!records || !taken.duplicate) return { ...taken, waits };
  return { ...((await known()) ?? taken), waits };
}

/** A push of records without an id has one of its own, so that the inbox can report on it. */
const digestOfPush = (deliveryId: string | undefined, records: PushObjects['records']): string | null =>
  deliveryId !== undefined ? digestOf(deliveryId) : records ? digestOf(uuidv7()) : null;

async function knownRecords(
  { pushes }: Coordinator,
  connectionId: string,
  digest: string | null,
  records: PushObjects['records'] = [],
): Promise<Omit<PushTaken, 'waits'> | undefined> {
  if (records.length === 0) return undefined;
  const { state } = await pushes.load(connectionId);
  if (digest !== null && hasSeen(state, digest)) return { duplicate: true };
  const known = knownOf(records, state);
  return known.length > 0 ? { duplicate: known.length === records.length, known } : undefined;
}

/** @throws TidemarkError NOT_FOUND, also for a subscription: nothing is pushed to it */
export async function getPushTarget({ connections }: Coordinator, connectionId: string): Promise<PushTarget> {
  const { state } = await connections.load(connectionId);
  if (!exists(state) || providerIdOf(state.source) !== null) throw new TidemarkError('NOT_FOUND', 'no such connection');
  return { tenant: state.tenant, source: state.source };
}
