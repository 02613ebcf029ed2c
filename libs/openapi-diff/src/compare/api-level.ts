import type { Both } from '../both.js';
import type { OperationRef } from '../change.js';
import { asObject, own, type Json, type JsonObject } from '../json.js';
import { child, inside, refTo } from '../pointers.js';
import { refsOf } from './changed-components.js';
import type { Comparison, OperationPair } from './comparison.js';
import { movedPrefix } from './path-prefix.js';
import { addressesOf, isServedByApi, wordsOf } from './servers.js';
import { compareWebhooks } from './outgoing.js';
import type { Side } from './side.js';

/** What belongs to no operation: title, servers, schemas that nothing uses any more, webhooks. */
export const compareApiLevel = (comparison: Comparison): void => {
  compareInfo(comparison);
  compareServers(comparison);
  compareSchemas(comparison);
  compareWebhooks(comparison);
};

const compareInfo = (comparison: Comparison): void => {
  const [before, after] = [comparison.before.api.info, comparison.after.api.info];
  for (const key of ['title', 'description'] as const) {
    const pointer = { before: `/info/${key}`, after: `/info/${key}` };
    if (before[key] !== after[key])
      comparison.add(`api-${key}-changed`, { before: before[key], after: after[key], pointer });
  }
};

const compareServers = (comparison: Comparison): void => {
  if (!isServedByApi(comparison)) return;
  const { before, after } = comparison;
  if (movedPrefix({ before: before.api, after: after.api }) !== undefined) return;
  const pointer = { before: '/servers', after: '/servers' };
  reportServers(comparison, { before: before.api['servers'], after: after.api['servers'] }, { pointer });
};

/** The servers of one operation, its own or those of the API. */
export const compareOperationServers = (
  comparison: Comparison,
  pair: OperationPair,
  own: Both<Json | undefined>,
): void => {
  if (own.before === own.after) return;
  const { before, after } = comparison;
  const servers = { before: own.before ?? before.api['servers'], after: own.after ?? after.api['servers'] };
  reportServers(comparison, servers, { operation: pair.ref, pointer: inside(pair.pointer, 'servers') });
};

const reportServers = (
  comparison: Comparison,
  servers: Both<Json | undefined>,
  base: { readonly operation?: OperationRef; readonly pointer: Both<string> },
): void => {
  const [before, after] = [addressesOf(servers.before), addressesOf(servers.after)];
  const prefix = base.operation === undefined ? 'server' : 'operation-server';
  for (const url of after.keys())
    if (!before.has(url))
      comparison.add(`${prefix}-added`, { ...base, after: url, pointer: { after: base.pointer.after } });
  for (const [url, server] of before) {
    const other = after.get(url);
    if (other === undefined)
      comparison.add(`${prefix}-removed`, { ...base, before: url, pointer: { before: base.pointer.before } });
    else if (wordsOf(server) !== wordsOf(other))
      comparison.add(`${prefix}-changed`, { ...base, before: server, after: other, texts: { after: `"${url}"` } });
  }
};

/** A schema that is added or removed with its uses is reported by them; alone it is reported here. */
const compareSchemas = (comparison: Comparison): void => {
  const { before, after, dialect } = comparison;
  const schemas = {
    before: asObject(before.api.components['schemas']),
    after: asObject(after.api.components['schemas']),
  };
  const at = (name: string): string => child('', 'components', 'schemas', name);
  for (const name of missing(schemas.before, schemas.after, before, dialect.reportsUsedSchemas))
    comparison.add('api-schema-removed', { name, before: schemas.before[name], pointer: { before: at(name) } });
  for (const name of missing(schemas.after, schemas.before, after, dialect.reportsUsedSchemas))
    comparison.add('api-schema-added', { name, after: schemas.after[name], pointer: { after: at(name) } });
};

/** Schemas of one side that the other does not have; without `all`, only those that nothing refers to. */
const missing = (mine: JsonObject, others: JsonObject, { api, source }: Side, all: boolean): string[] => {
  const names = Object.keys(mine).filter((name) => !Object.hasOwn(others, name) && isWritten(source, name));
  if (all || names.length === 0) return names.sort();
  const used = refsOf(api);
  return names.filter((name) => !used.has(refTo('schemas', name))).sort();
};

/** Parts of other places that something refers to stand among the components, named by their pointers. */
const isWritten = (source: JsonObject | undefined, name: string): boolean => {
  if (!name.includes('/')) return true;
  const schemas = asObject(source?.['components'])['schemas'] ?? source?.['definitions'];
  return own(asObject(schemas), name) !== undefined;
};
