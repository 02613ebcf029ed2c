import { asArray, asObject, asString, isObject, own, stableJson, type Json, type JsonObject } from '../json.js';
import { child, refTo } from '../pointers.js';
import { refsOf } from './changed-components.js';
import type { Comparison } from './comparison.js';
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
  const [serversBefore, serversAfter] = [comparison.before, comparison.after].map(serversByUrl) as [Servers, Servers];
  const pointer = { before: '/servers', after: '/servers' };
  for (const url of serversAfter.keys())
    if (!serversBefore.has(url)) comparison.add('server-added', { after: url, pointer: { after: pointer.after } });
  for (const [url, before] of serversBefore) {
    const after = serversAfter.get(url);
    if (after === undefined) comparison.add('server-removed', { before: url, pointer: { before: pointer.before } });
    else if (stableJson(before) !== stableJson(after))
      comparison.add('server-changed', { before, after, texts: { after: `"${url}"` }, pointer });
  }
};

type Servers = ReadonlyMap<string, Json>;

const serversByUrl = ({ api }: Side): Servers =>
  new Map(
    asArray(api['servers'])
      .filter(isObject)
      .map((server) => [asString(server['url']) ?? '', server]),
  );

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
