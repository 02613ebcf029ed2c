import type { Both } from '../both.js';
import { asObject, isObject, type Json, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import { inside } from '../pointers.js';
import { compareContent } from './bodies.js';
import type { Comparison, OperationPair } from './comparison.js';
import { stabilityOf } from './stability.js';

/** Webhooks: requests that the API sends to its users. */
export const compareWebhooks = (comparison: Comparison): void => {
  const { before, after } = comparison;
  const at = { before: '/webhooks', after: '/webhooks' };
  for (const { name, pointer, ...item } of comparison.differing(before.api.webhooks, after.api.webhooks, at)) {
    if (item.before === undefined) comparison.add('webhook-added', { name, pointer: { after: pointer.after } });
    else if (item.after === undefined) comparison.add('webhook-removed', { name, pointer: { before: pointer.before } });
    else compareOutgoing(comparison, { ...item, pointer, what: `webhook "${name}"`, path: name });
  }
};

/** Callbacks: requests that an operation makes the API send later. */
export const compareCallbacks = (
  comparison: Comparison,
  pair: OperationPair,
  callbacks: Both<Json | undefined>,
): void => {
  const at = inside(pair.pointer, 'callbacks');
  for (const { name, before, after, pointer } of comparison.differing(callbacks.before, callbacks.after, at)) {
    if (reportOneSided(comparison, pair, { name, before, after, pointer })) continue;
    const [expressionsBefore, expressionsAfter] = [comparison.before.nodeOf(before), comparison.after.nodeOf(after)];
    for (const item of comparison.differing(expressionsBefore, expressionsAfter, pointer)) {
      if (item.name.startsWith('x-') || reportOneSided(comparison, pair, { ...item, name: `${name} ${item.name}` }))
        continue;
      compareOutgoing(comparison, { ...item, what: `callback "${name}"`, operation: pair });
    }
  }
};

/** Reports a callback, or an expression of one, that only one side has. */
const reportOneSided = (
  comparison: Comparison,
  { ref: operation }: OperationPair,
  { name, before, after, pointer }: ReturnType<Comparison['differing']>[number],
): boolean => {
  if (before === undefined)
    comparison.add('callback-added', { operation, after: name, pointer: { after: pointer.after } });
  else if (after === undefined)
    comparison.add('callback-removed', { operation, before: name, pointer: { before: pointer.before } });
  return before === undefined || after === undefined;
};

/** A path item whose requests the API sends and whose responses it receives. */
interface Outgoing extends Both<Json | undefined> {
  readonly pointer: Both<string>;
  /** `webhook "paid"`. */
  readonly what: string;
  /** The path in the operation reference of a webhook. */
  readonly path?: string;
  /** The operation that a callback belongs to. */
  readonly operation?: OperationPair;
}

const compareOutgoing = (comparison: Comparison, { what, path = '', operation, ...item }: Outgoing): void => {
  if (comparison.dialect.overlooks.has('outgoing')) return;
  for (const { name: method, before, after, pointer } of comparison.differing(item.before, item.after, item.pointer)) {
    if (!METHODS.has(method)) continue;
    const pair = operation ?? { ref: { method, path }, pointer, level: stabilityOf(asObject(after)) };
    const name = `${what} (${method})`;
    if (!isObject(before))
      comparison.add('outgoing-operation-added', { operation: pair.ref, name, pointer: { after: pointer.after } });
    else if (!isObject(after))
      comparison.add('outgoing-operation-removed', { operation: pair.ref, name, pointer: { before: pointer.before } });
    else {
      compareSent(comparison, pair, { what, pointer, before, after });
      compareAnswers(comparison, pair, { what, pointer, before, after });
    }
  }
};

interface OutgoingOperation extends Both<JsonObject> {
  readonly what: string;
  readonly pointer: Both<string>;
}

/** The body that the API sends: judged like a response. */
const compareSent = (
  comparison: Comparison,
  pair: OperationPair,
  { what, pointer, before, after }: OutgoingOperation,
): void =>
  compareContent(comparison, pair, {
    content: {
      before: comparison.before.nodeOf(before['requestBody'])['content'],
      after: comparison.after.nodeOf(after['requestBody'])['content'],
    },
    pointer: inside(pointer, 'requestBody', 'content'),
    direction: 'response',
    subject: `the body of ${what}`,
    name: what,
    outgoing: what,
    rules: { added: 'outgoing-media-type-added', removed: 'outgoing-media-type-removed' },
  });

/** The answers that the API takes: judged like requests. */
const compareAnswers = (
  comparison: Comparison,
  pair: OperationPair,
  { what, pointer, ...operation }: OutgoingOperation,
): void => {
  const at = inside(pointer, 'responses');
  const { before: operationBefore, after: operationAfter } = operation;
  for (const entry of comparison.differing(operationBefore['responses'], operationAfter['responses'], at)) {
    const { name: status, before, after, pointer } = entry;
    const base = { operation: pair.ref, name: what };
    if (before === undefined)
      comparison.add('outgoing-answer-added', { ...base, after: status, pointer: { after: pointer.after } });
    else if (after === undefined)
      comparison.add('outgoing-answer-removed', { ...base, before: status, pointer: { before: pointer.before } });
    else
      compareContent(comparison, pair, {
        content: {
          before: comparison.before.nodeOf(before)['content'],
          after: comparison.after.nodeOf(after)['content'],
        },
        pointer: inside(pointer, 'content'),
        direction: 'request',
        subject: `the answer ${status} to ${what}`,
        outgoing: what,
      });
  }
};
