import type { Both } from '../both.js';
import { asObject, isObject, own, type Json, type JsonObject } from '../json.js';
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
  /** The webhook or callback that it belongs to: `webhook "paid"`. */
  readonly outgoing?: string;
  /** For media types of one side only, and for those with another name; undefined where these are not reported. */
  readonly rules?: {
    readonly added: ApiRuleId;
    readonly removed: ApiRuleId;
  };
}

export const compareContent = (comparison: Comparison, pair: OperationPair, body: Content): void => {
  const { content, pointer, status, rules } = body;
  const { both, removed, added } = matchContent(
    asObject(content.before),
    asObject(content.after),
    comparison.dialect.media,
  );
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
    const renamed = before !== after && rules ? comparison.dialect.renamedMedia(media, body.direction) : undefined;
    if (renamed !== undefined) comparison.add(renamed, { ...base, before, after, pointer: places });
    compareMediaType(comparison, pair, body, { ...media, pointer: places });
  }
};

/** The schema of one media type on both sides. */
const compareMediaType = (
  comparison: Comparison,
  pair: OperationPair,
  { direction, subject, status, outgoing }: Content,
  media: MediaMatch & { readonly pointer: Both<string> },
): void => {
  if (!isObject(media.before) || !isObject(media.after) || comparison.changed.isUnchanged(media.before, media.after))
    return;
  const before = comparison.before.nodeOf(media.before);
  const after = comparison.after.nodeOf(media.after);
  if (direction === 'request') compareEncoding(comparison, pair, { ...media, before, after });
  const use = {
    operation: pair.ref,
    direction,
    scope: 'body',
    area: direction === 'request' ? 'requestBody' : 'responses',
    typed: comparison.dialect.isTyped(media.names.after),
    level: pair.level,
    ...(outgoing !== undefined && { outgoing }),
  } as const;
  if (before['itemSchema'] !== undefined && after['itemSchema'] !== undefined)
    comparison.compareSchemas(
      { before: before['itemSchema'], after: after['itemSchema'] },
      { ...use, subject: `each item of ${subject}`, pointer: inside(media.pointer, 'itemSchema') },
    );
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
  comparison.compareSchemas(schemas, { ...use, subject, pointer });
};

/** How the fields of a form are written, where the schema has them. */
const compareEncoding = (
  comparison: Comparison,
  pair: OperationPair,
  { names, pointer, before, after }: Both<JsonObject> & Pick<MediaMatch, 'names'> & { readonly pointer: Both<string> },
): void => {
  if (!/^(multipart\/|application\/x-www-form-urlencoded)/i.test(names.after)) return;
  const nodes = [comparison.before.nodeOf(before['schema']), comparison.after.nodeOf(after['schema'])];
  const [old, now] = nodes.map((schema) => asObject(schema['properties'])) as [JsonObject, JsonObject];
  for (const field of Object.keys(now).sort()) {
    const schema = comparison.after.nodeOf(own(now, field));
    if (own(old, field) === undefined) continue;
    const forms = {
      before: encodingOf(own(asObject(before['encoding']), field), schema),
      after: encodingOf(own(asObject(after['encoding']), field), schema),
    };
    const details = { operation: pair.ref, name: `the field "${field}" of the request body`, ...forms };
    if (forms.before !== forms.after)
      comparison.add('request-body-encoding-changed', { ...details, pointer: inside(pointer, 'encoding') });
  }
};

/** The form of a field, with the defaults of the specification. */
const encodingOf = (encoding: Json | undefined, schema: JsonObject): string => {
  const { contentType, style = 'form', explode = style === 'form', allowReserved = false } = asObject(encoding);
  const isList = schema['type'] === 'array' || schema['type'] === 'object';
  const isFile = schema['format'] === 'binary' || schema['contentMediaType'] === 'application/octet-stream';
  const byDefault = isFile
    ? 'application/octet-stream'
    : schema['type'] === 'object'
      ? 'application/json'
      : 'text/plain';
  const written = `style ${String(style)}${isList ? (explode === true ? ', exploded' : ', not exploded') : ''}`;
  return `${String(contentType ?? byDefault)}, ${written}${allowReserved === true ? ', reserved characters allowed' : ''}`;
};
