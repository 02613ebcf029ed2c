import type { Both } from '../both.js';
import { asObject, type Json, type JsonObject } from '../json.js';
import { inside, nameOfRef } from '../pointers.js';
import { compareContent } from './bodies.js';
import type { Comparison, OperationPair } from './comparison.js';

/** One response on both sides, or one of its headers. */
interface ResponsePair extends Both<JsonObject> {
  readonly status: string;
  readonly pointer: Both<string>;
}

export const compareResponses = (
  comparison: Comparison,
  pair: OperationPair,
  responses: Both<Json | undefined>,
): void => {
  const operation = pair.ref;
  const { before, after, dialect } = comparison;
  const at = inside(pair.pointer, 'responses');
  const entries = comparison.differing(responses.before, responses.after, at);
  for (const { name: status, pointer, ...entry } of dialect.coveredResponses?.(comparison, entries, responses) ??
    entries) {
    const isOneSided = entry.before === undefined || entry.after === undefined;
    const isOverlooked = isOneSided && dialect.overlooks.has('response-ranges') && !/^\d+$/.test(status);
    if (status.startsWith('x-') || isOverlooked) continue;
    const kind = status.startsWith('2') ? 'success-status' : status === 'default' ? 'default' : 'non-success-status';
    if (entry.before === undefined) {
      const value = { after: status, texts: { after: status }, pointer: { after: pointer.after } };
      comparison.add(`response-${kind}-added`, { operation, ...value });
    } else if (entry.after === undefined) {
      const value = { before: status, texts: { before: status }, pointer: { before: pointer.before } };
      comparison.add(`response-${kind}-removed`, { operation, ...value });
    } else {
      const [old, now] = [before.resolve(entry.before), after.resolve(entry.after)];
      const isShared = old.ref !== undefined && now.ref !== undefined && dialect.foldsComponents;
      // Operations may give it under different codes.
      const name = isShared ? nameOfRef(now.ref as string) : status;
      comparison.ownedBy({ before: old.ref, after: now.ref }, () =>
        compareResponse(comparison, pair, { status: name, pointer, before: old.node, after: now.node }),
      );
    }
  }
};

const compareResponse = (comparison: Comparison, pair: OperationPair, response: ResponsePair): void => {
  const { status, pointer, before, after } = response;
  if (before['description'] !== after['description']) {
    comparison.add('response-description-changed', {
      operation: pair.ref,
      name: status,
      before: before['description'],
      after: after['description'],
      pointer: inside(pointer, 'description'),
    });
  }
  compareContent(comparison, pair, {
    content: { before: before['content'], after: after['content'] },
    pointer: inside(pointer, 'content'),
    direction: 'response',
    subject: `the body of the response ${status}`,
    status,
    name: status,
    rules: { added: 'response-media-type-added', removed: 'response-media-type-removed' },
  });
  compareHeaders(comparison, pair, response);
  compareLinks(comparison, pair, response);
};

const compareHeaders = (comparison: Comparison, pair: OperationPair, response: ResponsePair): void => {
  const { status, pointer } = response;
  const byKey = (headers: Json | undefined): ReadonlyMap<string, { name: string; value: Json }> =>
    new Map(
      Object.entries(asObject(headers)).map(([name, value]) => [
        comparison.dialect.headerKey(name),
        { name, value: value as Json },
      ]),
    );
  const headersBefore = byKey(response.before['headers']);
  const headersAfter = byKey(response.after['headers']);
  for (const key of [...new Set([...headersBefore.keys(), ...headersAfter.keys()])].sort()) {
    if (comparison.dialect.ignoresHeader(key)) continue;
    const header = { before: headersBefore.get(key), after: headersAfter.get(key) };
    const names = { before: header.before?.name, after: header.after?.name };
    const at = {
      before: inside(pointer, 'headers', names.before ?? '').before,
      after: inside(pointer, 'headers', names.after ?? '').after,
    };
    const base = { operation: pair.ref, name: status, place: `${status} ${key}` };
    const { node: before, ref: refBefore } = comparison.before.resolve(header.before?.value);
    const { node: after, ref: refAfter } = comparison.after.resolve(header.after?.value);
    if (names.before === undefined)
      comparison.add('response-header-added', { ...base, after: names.after, pointer: { after: at.after } });
    else if (names.after === undefined) {
      const need = before['required'] === true ? 'required' : 'optional';
      const value = { before: names.before, pointer: { before: at.before } };
      comparison.add(`${need}-response-header-removed`, { ...base, ...value });
    } else {
      const found = { status, name: names.after, pointer: at, before, after };
      comparison.ownedBy({ before: refBefore, after: refAfter }, () => compareHeader(comparison, pair, found));
    }
  }
};

const compareHeader = (
  comparison: Comparison,
  pair: OperationPair,
  { status, name, pointer, before, after }: ResponsePair & { readonly name: string },
): void => {
  if (comparison.changed.isUnchanged(before, after)) return;
  const isRequired = after['required'] === true;
  if ((before['required'] === true) !== isRequired) {
    const rule = isRequired ? 'response-header-became-required' : 'response-header-became-optional';
    const place = `${status} ${name}`;
    comparison.add(rule, { operation: pair.ref, name: status, after: name, place, pointer });
  }
  const schemas = { before: before['schema'], after: after['schema'] };
  const isOneSided = schemas.before === undefined || schemas.after === undefined;
  if (isOneSided && comparison.dialect.overlooks.has('header-schemas')) return;
  comparison.compareSchemas(schemas, {
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

const compareLinks = (comparison: Comparison, pair: OperationPair, response: ResponsePair): void => {
  const { status, pointer } = response;
  const at = inside(pointer, 'links');
  for (const entry of comparison.differing(response.before['links'], response.after['links'], at)) {
    const { name, before, after, pointer } = entry;
    const base = { operation: pair.ref, name: status, place: `${status} ${name}` };
    if (before === undefined)
      comparison.add('response-link-added', { ...base, after: name, pointer: { after: pointer.after } });
    else if (after === undefined)
      comparison.add('response-link-removed', { ...base, before: name, pointer: { before: pointer.before } });
    else comparison.add('response-link-changed', { ...base, before, after, texts: { after: `"${name}"` }, pointer });
  }
};
