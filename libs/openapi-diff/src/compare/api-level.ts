import { asArray, asObject, asString, isObject, own, stableJson, type Json, type JsonObject } from '../json.js';
import { child, type Comparison } from './context.js';
import { compareWebhooks } from './outgoing.js';
import { refsOf, refTo, type Side } from './side.js';

/** What belongs to no operation: title, servers, schemas nobody uses any more, webhooks. */
export const compareApiLevel = (comparison: Comparison): void => {
  compareInfo(comparison);
  compareServers(comparison);
  compareSchemas(comparison);
  compareWebhooks(comparison);
};

const compareInfo = (comparison: Comparison): void => {
  const old = comparison.before.api.info;
  const now = comparison.after.api.info;
  for (const key of ['title', 'description'] as const) {
    const pointer = { before: `/info/${key}`, after: `/info/${key}` };
    if (old[key] !== now[key]) comparison.add(`api-${key}-changed`, { before: old[key], after: now[key], pointer });
  }
};

const compareServers = (comparison: Comparison): void => {
  const byUrl = (value: Json | undefined): Map<string, Json> =>
    new Map(
      asArray(value)
        .filter(isObject)
        .map((server) => [asString(server['url']) ?? '', server]),
    );
  const olds = byUrl(comparison.before.api['servers']);
  const news = byUrl(comparison.after.api['servers']);
  const pointer = { before: '/servers', after: '/servers' };
  for (const url of news.keys())
    if (!olds.has(url)) comparison.add('server-added', { after: url, pointer: { after: pointer.after } });
  for (const [url, old] of olds) {
    const now = news.get(url);
    if (now === undefined) comparison.add('server-removed', { before: url, pointer: { before: pointer.before } });
    else if (stableJson(old) !== stableJson(now))
      comparison.add('server-changed', { before: old, after: now, texts: { after: `"${url}"` }, pointer });
  }
};

/** A schema that comes or goes with its uses is told by them; alone it is told here. */
const compareSchemas = (comparison: Comparison): void => {
  const olds = asObject(comparison.before.api.components['schemas']);
  const news = asObject(comparison.after.api.components['schemas']);
  const at = (name: string): string => child('', 'components', 'schemas', name);
  for (const name of missing(olds, news, comparison.before, comparison.field)) {
    comparison.add('api-schema-removed', { name, before: olds[name], pointer: { before: at(name) } });
  }
  for (const name of missing(news, olds, comparison.after, comparison.field)) {
    comparison.add('api-schema-added', { name, after: news[name], pointer: { after: at(name) } });
  }
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
