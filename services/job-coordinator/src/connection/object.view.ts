import type { ConnectionObject, Cursor, Source } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation/instant';
import { knownObject, type ExistingConnection } from './connection.js';

/** Failures in a row. */
const DEGRADED = 2;
const UNHEALTHY = 4;

/** The objects of a connection: those that it names, else those that its source offers, and what is known of others. */
export function objectNames(connection: ExistingConnection, offered: readonly string[]): readonly string[] {
  const { source, objects = {} } = connection;
  return source.objects ?? [...new Set([...offered, ...Object.keys(objects), ...Object.keys(cursorsOf(connection))])];
}

export function describeObject(connection: ExistingConnection, object: string): ConnectionObject {
  const { paused = false, failures, lastSync } = knownObject(connection, object);
  const cursors = cursorsOf(connection);
  return {
    object,
    state: paused ? 'paused' : 'active',
    health: failures >= UNHEALTHY ? 'unhealthy' : failures >= DEGRADED ? 'degraded' : 'healthy',
    failures,
    lastSync: lastSync ? { ...lastSync, endedAt: instantOf(lastSync.endedAt) } : null,
    cursor: Object.hasOwn(cursors, object) ? cursors[object]! : null,
  };
}

export const pausedObjects = ({ objects = {} }: ExistingConnection): readonly string[] =>
  Object.entries(objects).flatMap(([object, { paused }]) => (paused ? [object] : []));

/** By object. Those of very many objects are in a blob, and are not shown. */
function cursorsOf({ cursor }: ExistingConnection): { readonly [object: string]: Cursor } {
  const objects = cursor?.value['objects'];
  return typeof objects === 'object' && objects !== null ? (objects as { readonly [object: string]: Cursor }) : {};
}

/** What the next sync reads after the source was changed so that the cursor is kept. */
export function keptMessage(before: Source, after: Source): string {
  const added = after.objects?.filter((name) => !(before.objects ?? after.objects!).includes(name)) ?? [];
  const removed = before.objects?.filter((name) => !(after.objects ?? before.objects!).includes(name)) ?? [];
  const parts = ['each object is read on from where it is'];
  if (added.length > 0) parts.push(`new ones from their beginning: ${added.join(', ')}`);
  if (removed.length > 0) parts.push(`no longer read: ${removed.join(', ')}`);
  return parts.join('; ');
}
