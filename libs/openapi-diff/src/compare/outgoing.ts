import { asObject, isObject, type Json, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import { compareMediaType } from './bodies.js';
import { child, type Comparison, type OperationPair } from './context.js';
import { differing, inside } from './entries.js';
import { stabilityOf } from './stability.js';
import { matchContent } from './media-types.js';

/** Webhooks: requests that the API sends to its users. */
export const compareWebhooks = (comparison: Comparison): void => {
  const { before: olds, after: news } = comparison;
  const at = { before: '/webhooks', after: '/webhooks' };
  for (const { name, before, after, pointer } of differing(comparison, olds.api.webhooks, news.api.webhooks, at)) {
    if (before === undefined) comparison.add('webhook-added', { name, pointer: { after: pointer.after } });
    else if (after === undefined) comparison.add('webhook-removed', { name, pointer: { before: pointer.before } });
    else compareOutgoing(comparison, { old: before, now: after, pointer, what: `webhook "${name}"`, path: name });
  }
};

/** Callbacks: requests that an operation makes the API send later. */
export const compareCallbacks = (
  comparison: Comparison,
  pair: OperationPair,
  old: Json | undefined,
  now: Json | undefined,
): void => {
  const entries = differing(comparison, old, now, inside(pair.pointer, 'callbacks'));
  for (const { name, before, after, pointer } of entries) {
    if (before === undefined)
      comparison.add('callback-added', { operation: pair.ref, after: name, pointer: { after: pointer.after } });
    else if (after === undefined)
      comparison.add('callback-removed', { operation: pair.ref, before: name, pointer: { before: pointer.before } });
    else
      compareExpressions(comparison, pair, {
        name,
        pointer,
        old: comparison.before.resolve(before).node,
        now: comparison.after.resolve(after).node,
      });
  }
};

interface CallbackPair {
  readonly name: string;
  readonly pointer: { before: string; after: string };
  readonly old: JsonObject;
  readonly now: JsonObject;
}

const compareExpressions = (
  comparison: Comparison,
  pair: OperationPair,
  { name, pointer, old, now }: CallbackPair,
): void => {
  for (const { name: expression, before, after, pointer: at } of differing(comparison, old, now, pointer)) {
    if (expression.startsWith('x-')) continue;
    const label = `${name} ${expression}`;
    if (before === undefined)
      comparison.add('callback-added', { operation: pair.ref, after: label, pointer: { after: at.after } });
    else if (after === undefined)
      comparison.add('callback-removed', { operation: pair.ref, before: label, pointer: { before: at.before } });
    else
      compareOutgoing(comparison, {
        old: before,
        now: after,
        pointer: at,
        what: `callback "${name}"`,
        operation: pair,
      });
  }
};

/** A path item whose requests the API sends and whose responses it gets. */
interface Outgoing {
  readonly old: Json;
  readonly now: Json;
  readonly pointer: { before: string; after: string };
  /** `webhook "paid"`. */
  readonly what: string;
  /** Stands for the path in the operation reference of a webhook. */
  readonly path?: string;
  /** The operation that a callback belongs to. */
  readonly operation?: OperationPair;
}

const compareOutgoing = (comparison: Comparison, item: Outgoing): void => {
  // oasdiff does not look inside.
  if (comparison.field) return;
  const entries = differing(comparison, item.old, item.now, item.pointer);
  for (const { name: method, before: old, after: now, pointer } of entries) {
    if (!METHODS.has(method)) continue;
    const pair: OperationPair = item.operation ?? {
      ref: { method, path: item.path ?? '' },
      pointer,
      level: stabilityOf(asObject(now)),
    };
    const name = `${item.what} (${method})`;
    if (!isObject(old))
      comparison.add('outgoing-operation-added', { operation: pair.ref, name, pointer: { after: pointer.after } });
    else if (!isObject(now))
      comparison.add('outgoing-operation-removed', { operation: pair.ref, name, pointer: { before: pointer.before } });
    else {
      compareSent(comparison, pair, { what: item.what, pointer, old, now });
      compareAnswers(comparison, pair, { what: item.what, pointer, old, now });
    }
  }
};

interface Sides {
  readonly what: string;
  readonly pointer: { before: string; after: string };
  readonly old: JsonObject;
  readonly now: JsonObject;
}

/** The body that the API sends: judged like a response. */
const compareSent = (comparison: Comparison, pair: OperationPair, { what, pointer, old, now }: Sides): void => {
  const before = asObject(comparison.before.resolve(old['requestBody']).node['content']);
  const after = asObject(comparison.after.resolve(now['requestBody']).node['content']);
  const at = inside(pointer, 'requestBody', 'content');
  const { both, added, removed } = matchContent(before, after);
  const base = { operation: pair.ref, name: what };
  for (const type of added)
    comparison.add('outgoing-media-type-added', { ...base, after: type, pointer: { after: child(at.after, type) } });
  for (const type of removed)
    comparison.add('outgoing-media-type-removed', {
      ...base,
      before: type,
      pointer: { before: child(at.before, type) },
    });
  for (const media of both) {
    const places = { before: child(at.before, media.before), after: child(at.after, media.after) };
    compareMediaType(comparison, pair, {
      type: media.after,
      old: media.old,
      now: media.now,
      pointer: places,
      direction: 'response',
      subject: `the body of ${what}`,
    });
  }
};

/** The answers that the API takes: judged like requests. */
const compareAnswers = (comparison: Comparison, pair: OperationPair, { what, pointer, old, now }: Sides): void => {
  const entries = differing(comparison, old['responses'], now['responses'], inside(pointer, 'responses'));
  for (const { name: status, before, after, pointer: at } of entries) {
    const base = { operation: pair.ref, name: what };
    if (before === undefined)
      comparison.add('outgoing-answer-added', { ...base, after: status, pointer: { after: at.after } });
    else if (after === undefined)
      comparison.add('outgoing-answer-removed', { ...base, before: status, pointer: { before: at.before } });
    else {
      const { both } = matchContent(
        asObject(comparison.before.resolve(before).node['content']),
        asObject(comparison.after.resolve(after).node['content']),
      );
      for (const media of both) {
        const places = {
          before: child(at.before, 'content', media.before),
          after: child(at.after, 'content', media.after),
        };
        compareMediaType(comparison, pair, {
          type: media.after,
          old: media.old,
          now: media.now,
          pointer: places,
          direction: 'request',
          subject: `the answer ${status} to ${what}`,
        });
      }
    }
  }
};
