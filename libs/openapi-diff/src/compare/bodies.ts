import { asObject, isObject, type Json, type JsonObject } from '../json.js';
import { child, type Comparison, type OperationPair } from './context.js';
import { matchContent } from './media-types.js';
import { NOWHERE } from './schema/finding.js';

/** Where a value of a media type has types of its own; elsewhere (forms, XML, text) all is text. */
export const isTyped = (mediaType: string): boolean => {
  const name = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return name === 'application/json' || name.endsWith('+json');
};

/** As oasdiff sees it, by the name as it is written. */
const isFieldTyped = (mediaType: string): boolean => mediaType === 'application/json' || mediaType.endsWith('+json');

export const compareRequestBody = (
  comparison: Comparison,
  pair: OperationPair,
  old: Json | undefined,
  now: Json | undefined,
): void => {
  if (comparison.dirt.same(old, now)) return;
  const operation = pair.ref;
  const pointer = {
    before: child(pair.pointer.before, 'requestBody'),
    after: child(pair.pointer.after, 'requestBody'),
  };
  if (old === undefined || now === undefined) {
    if (old !== undefined)
      comparison.add('request-body-removed', { operation, before: old, pointer: { before: pointer.before } });
    else {
      const required = comparison.after.resolve(now).node['required'] === true;
      comparison.add(required ? 'request-body-added-required' : 'request-body-added-optional', {
        operation,
        after: now,
        pointer: { after: pointer.after },
      });
    }
    return;
  }
  const before = comparison.before.resolve(old).node;
  const after = comparison.after.resolve(now).node;
  const was = before['required'] === true;
  const is = after['required'] === true;
  if (was !== is)
    comparison.add(is ? 'request-body-became-required' : 'request-body-became-optional', { operation, pointer });
  if (before['description'] !== after['description']) {
    comparison.add('request-body-description-changed', {
      operation,
      before: before['description'],
      after: after['description'],
      pointer,
    });
  }
  compareRequestContent(comparison, pair, pointer, asObject(before['content']), asObject(after['content']));
};

const compareRequestContent = (
  comparison: Comparison,
  pair: OperationPair,
  pointer: { before: string; after: string },
  olds: JsonObject,
  news: JsonObject,
): void => {
  const operation = pair.ref;
  const { both, removed, added } = matchContent(olds, news);
  const at = (side: string, type: string): string => child(side, 'content', type);
  for (const type of added)
    comparison.add('request-body-media-type-added', {
      operation,
      after: type,
      pointer: { after: at(pointer.after, type) },
    });
  for (const type of removed)
    comparison.add('request-body-media-type-removed', {
      operation,
      before: type,
      pointer: { before: at(pointer.before, type) },
    });
  for (const { before, after, old, now } of both) {
    const places = { before: at(pointer.before, before), after: at(pointer.after, after) };
    if (before !== after)
      comparison.add('request-body-media-type-renamed', { operation, before, after, pointer: places });
    compareMediaType(comparison, pair, {
      type: after,
      old,
      now,
      pointer: places,
      direction: 'request',
      subject: 'the request body',
    });
  }
};

export interface MediaPair {
  readonly type: string;
  readonly old: Json;
  readonly now: Json;
  readonly pointer: { before: string; after: string };
  readonly direction: 'request' | 'response';
  /** `the request body`, `the body of the response 200`. */
  readonly subject: string;
  /** The response's status, for responses. */
  readonly status?: string;
}

/** The schema of one media type on both sides. */
export const compareMediaType = (comparison: Comparison, pair: OperationPair, media: MediaPair): void => {
  if (!isObject(media.old) || !isObject(media.now) || comparison.dirt.same(media.old, media.now)) return;
  const old = media.old['schema'];
  const now = media.now['schema'];
  const pointer = { before: child(media.pointer.before, 'schema'), after: child(media.pointer.after, 'schema') };
  const name = media.status === undefined ? media.type : `${media.status} (${media.type})`;
  if (old === undefined || now === undefined) {
    if (old === now) return;
    const rule = `${media.direction}-body-media-type-schema-${old === undefined ? 'added' : 'removed'}` as const;
    comparison.add(rule, { operation: pair.ref, name, before: old, after: now, pointer });
    return;
  }
  const edge = comparison.graph.edge(old, now, NOWHERE);
  if (edge === undefined) return;
  comparison.uses.add(edge, {
    operation: pair.ref,
    direction: media.direction,
    scope: 'body',
    area: media.direction === 'request' ? 'requestBody' : 'responses',
    typed: comparison.field ? isFieldTyped(media.type) : isTyped(media.type),
    level: pair.level,
    subject: media.subject,
    pointer,
  });
};
