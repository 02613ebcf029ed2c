import { asObject, type Json, type JsonObject } from '../json.js';
import { compareMediaType } from './bodies.js';
import { child, type Comparison, type OperationPair } from './context.js';
import { differing, inside } from './entries.js';
import { matchContent, renameRule } from './media-types.js';
import { NOWHERE } from './schema/finding.js';

/** One response on both sides. */
interface ResponsePair {
  readonly status: string;
  readonly pointer: { before: string; after: string };
  readonly old: JsonObject;
  readonly now: JsonObject;
}

export const compareResponses = (
  comparison: Comparison,
  pair: OperationPair,
  old: Json | undefined,
  now: Json | undefined,
): void => {
  const operation = pair.ref;
  const entries = differing(comparison, old, now, inside(pair.pointer, 'responses'));
  for (const { name: status, before, after, pointer } of entries) {
    // oasdiff tells of codes only: neither of `2XX` nor of `default`.
    const told = before !== undefined && after !== undefined;
    if (status.startsWith('x-') || (comparison.field && !told && !/^\d+$/.test(status))) continue;
    const kind = isSuccess(status) ? 'success-status' : status === 'default' ? 'default' : 'non-success-status';
    if (before === undefined)
      comparison.add(`response-${kind}-added`, {
        operation,
        after: status,
        texts: { after: status },
        pointer: { after: pointer.after },
      });
    else if (after === undefined)
      comparison.add(`response-${kind}-removed`, {
        operation,
        before: status,
        texts: { before: status },
        pointer: { before: pointer.before },
      });
    else {
      const both = {
        status,
        pointer,
        old: comparison.before.resolve(before).node,
        now: comparison.after.resolve(after).node,
      };
      compareResponse(comparison, pair, both);
    }
  }
};

const isSuccess = (status: string): boolean => /^2/.test(status);

const compareResponse = (comparison: Comparison, pair: OperationPair, response: ResponsePair): void => {
  const { status, pointer, old, now } = response;
  if (old['description'] !== now['description']) {
    comparison.add('response-description-changed', {
      operation: pair.ref,
      name: status,
      before: old['description'],
      after: now['description'],
      pointer: inside(pointer, 'description'),
    });
  }
  compareContent(comparison, pair, response);
  compareHeaders(comparison, pair, response);
  compareLinks(comparison, pair, response);
};

const compareContent = (
  comparison: Comparison,
  pair: OperationPair,
  { status, pointer, old, now }: ResponsePair,
): void => {
  const { both, removed, added } = matchContent(asObject(old['content']), asObject(now['content']));
  const at = (side: string, type: string): string => child(side, 'content', type);
  const base = { operation: pair.ref, name: status };
  for (const type of added)
    comparison.add('response-media-type-added', {
      ...base,
      place: `${status} ${type}`,
      after: type,
      pointer: { after: at(pointer.after, type) },
    });
  for (const type of removed)
    comparison.add('response-media-type-removed', {
      ...base,
      place: `${status} ${type}`,
      before: type,
      pointer: { before: at(pointer.before, type) },
    });
  for (const media of both) {
    const places = { before: at(pointer.before, media.before), after: at(pointer.after, media.after) };
    if (media.before !== media.after)
      comparison.add(renameRule(media.before, media.after), {
        ...base,
        before: media.before,
        after: media.after,
        pointer: places,
      });
    const subject = `the body of the response ${status}`;
    compareMediaType(comparison, pair, {
      type: media.after,
      old: media.old,
      now: media.now,
      pointer: places,
      direction: 'response',
      subject,
      status,
    });
  }
};

const compareHeaders = (
  comparison: Comparison,
  pair: OperationPair,
  { status, pointer, old, now }: ResponsePair,
): void => {
  const olds = byName(asObject(old['headers']), comparison.field);
  const news = byName(asObject(now['headers']), comparison.field);
  for (const key of [...new Set([...olds.keys(), ...news.keys()])].sort()) {
    const before = olds.get(key);
    const after = news.get(key);
    const at = {
      before: child(pointer.before, 'headers', before?.name ?? ''),
      after: child(pointer.after, 'headers', after?.name ?? ''),
    };
    const base = { operation: pair.ref, name: status, place: `${status} ${key}` };
    if (before === undefined)
      comparison.add('response-header-added', { ...base, after: after?.name, pointer: { after: at.after } });
    else if (after === undefined) {
      const required = comparison.before.resolve(before.value).node['required'] === true;
      comparison.add(required ? 'required-response-header-removed' : 'optional-response-header-removed', {
        ...base,
        before: before.name,
        pointer: { before: at.before },
      });
    } else
      compareHeader(comparison, pair, {
        status,
        name: after.name,
        pointer: at,
        old: comparison.before.resolve(before.value).node,
        now: comparison.after.resolve(after.value).node,
      });
  }
};

const compareHeader = (comparison: Comparison, pair: OperationPair, header: ResponsePair & { name: string }): void => {
  const { status, name, pointer, old, now } = header;
  if (comparison.dirt.same(old, now)) return;
  const was = old['required'] === true;
  const is = now['required'] === true;
  const base = { operation: pair.ref, name: status, after: name, place: `${status} ${name}` };
  if (was !== is)
    comparison.add(is ? 'response-header-became-required' : 'response-header-became-optional', { ...base, pointer });
  // To oasdiff, a schema that comes or goes is no change of type.
  if (comparison.field && (old['schema'] === undefined || now['schema'] === undefined)) return;
  const edge = comparison.graph.edge(old['schema'], now['schema'], NOWHERE);
  if (edge === undefined) return;
  comparison.uses.add(edge, {
    operation: pair.ref,
    direction: 'response',
    scope: 'header',
    area: 'headers',
    typed: false,
    level: pair.level,
    subject: `the header "${name}" of the response ${status}`,
    pointer: inside(pointer, 'schema'),
  });
};

/** Headers by name, which is the same in small and in capital letters; `exact` is how oasdiff sees them. */
const byName = (headers: JsonObject, exact: boolean): Map<string, { name: string; value: Json }> =>
  new Map(
    Object.entries(headers).map(([name, value]) => [exact ? name : name.toLowerCase(), { name, value: value as Json }]),
  );

const compareLinks = (
  comparison: Comparison,
  pair: OperationPair,
  { status, pointer, old, now }: ResponsePair,
): void => {
  const entries = differing(comparison, old['links'], now['links'], inside(pointer, 'links'));
  for (const { name, before, after, pointer: at } of entries) {
    const base = { operation: pair.ref, name: status, place: `${status} ${name}` };
    if (before === undefined)
      comparison.add('response-link-added', { ...base, after: name, pointer: { after: at.after } });
    else if (after === undefined)
      comparison.add('response-link-removed', { ...base, before: name, pointer: { before: at.before } });
    else
      comparison.add('response-link-changed', { ...base, before, after, texts: { after: `"${name}"` }, pointer: at });
  }
};
