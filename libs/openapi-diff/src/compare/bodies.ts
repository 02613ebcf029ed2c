import type { Both } from '../both.js';
import { asObject, isObject, type Json } from '../json.js';
import { child, inside } from '../pointers.js';
import type { ApiRuleId } from '../rules/api-rules.js';
import type { Direction } from '../rules/rule.js';
import type { Comparison, OperationPair } from './comparison.js';
import { matchContent, type MediaMatch } from './media-types.js';

export const compareRequestBody = (
  comparison: Comparison,
  pair: OperationPair,
  bodies: Both<Json | undefined>,
): void => {
  if (comparison.changed.isUnchanged(bodies.before, bodies.after)) return;
  const refs = {
    before: comparison.before.resolve(bodies.before).ref,
    after: comparison.after.resolve(bodies.after).ref,
  };
  comparison.ownedBy(refs, () => compareBodies(comparison, pair, bodies));
};

const compareBodies = (comparison: Comparison, pair: OperationPair, bodies: Both<Json | undefined>): void => {
  const operation = pair.ref;
  const pointer = inside(pair.pointer, 'requestBody');
  const before = comparison.before.nodeOf(bodies.before);
  const after = comparison.after.nodeOf(bodies.after);
  const isRequired = after['required'] === true;
  if (bodies.after === undefined) {
    comparison.add('request-body-removed', { operation, before: bodies.before, pointer: { before: pointer.before } });
    return;
  }
  if (bodies.before === undefined) {
    const rule = isRequired ? 'request-body-added-required' : 'request-body-added-optional';
    comparison.add(rule, { operation, after: bodies.after, pointer: { after: pointer.after } });
    return;
  }
  if ((before['required'] === true) !== isRequired) {
    const rule = isRequired ? 'request-body-became-required' : 'request-body-became-optional';
    comparison.add(rule, { operation, pointer });
  }
  if (before['description'] !== after['description']) {
    const words = { before: before['description'], after: after['description'] };
    comparison.add('request-body-description-changed', { operation, ...words, pointer });
  }
  compareContent(comparison, pair, {
    content: { before: before['content'], after: after['content'] },
    pointer: inside(pointer, 'content'),
    direction: 'request',
    subject: 'the request body',
    rules: {
      added: 'request-body-media-type-added',
      removed: 'request-body-media-type-removed',
      renamed: () => 'request-body-media-type-renamed',
    },
  });
};

/** The media types of a body on both sides. */
export interface Content {
  readonly content: Both<Json | undefined>;
  readonly pointer: Both<string>;
  readonly direction: Direction;
  /** `the request body`, `the body of the response 200`. */
  readonly subject: string;
  /** The response's status, for responses. */
  readonly status?: string;
  /** What the sentences about media types name. */
  readonly name?: string;
  /** For media types of one side only, and for those with another name; undefined where these are not reported. */
  readonly rules?: {
    readonly added: ApiRuleId;
    readonly removed: ApiRuleId;
    readonly renamed?: (media: MediaMatch) => ApiRuleId;
  };
}

export const compareContent = (comparison: Comparison, pair: OperationPair, body: Content): void => {
  const { content, pointer, status, rules } = body;
  const { both, removed, added } = matchContent(asObject(content.before), asObject(content.after));
  const base = { operation: pair.ref, name: body.name };
  const placeOf = (type: string): string | undefined => (status === undefined ? undefined : `${status} ${type}`);
  if (rules) {
    for (const type of added)
      comparison.add(rules.added, {
        ...base,
        place: placeOf(type),
        after: type,
        pointer: { after: child(pointer.after, type) },
      });
    for (const type of removed)
      comparison.add(rules.removed, {
        ...base,
        place: placeOf(type),
        before: type,
        pointer: { before: child(pointer.before, type) },
      });
  }
  for (const media of both) {
    const { before, after } = media.names;
    const places = { before: child(pointer.before, before), after: child(pointer.after, after) };
    if (before !== after && rules?.renamed)
      comparison.add(rules.renamed(media), { ...base, before, after, pointer: places });
    compareMediaType(comparison, pair, body, { ...media, pointer: places });
  }
};

/** The schema of one media type on both sides. */
const compareMediaType = (
  comparison: Comparison,
  pair: OperationPair,
  { direction, subject, status }: Content,
  media: MediaMatch & { readonly pointer: Both<string> },
): void => {
  const { before, after } = media;
  if (!isObject(before) || !isObject(after) || comparison.changed.isUnchanged(before, after)) return;
  const schemas = { before: before['schema'], after: after['schema'] };
  const pointer = inside(media.pointer, 'schema');
  const type = media.names.after;
  if (schemas.before === undefined || schemas.after === undefined) {
    if (schemas.before === schemas.after) return;
    const name = status === undefined ? type : `${status} (${type})`;
    const rule = `${direction}-body-media-type-schema-${schemas.before === undefined ? 'added' : 'removed'}` as const;
    comparison.add(rule, { operation: pair.ref, name, ...schemas, pointer });
    return;
  }
  comparison.compareSchemas(schemas, {
    operation: pair.ref,
    direction,
    scope: 'body',
    area: direction === 'request' ? 'requestBody' : 'responses',
    typed: comparison.dialect.isTyped(type),
    level: pair.level,
    subject,
    pointer,
  });
};
