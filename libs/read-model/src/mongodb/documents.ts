import type { Entry } from '../fold.js';
import type { ViewDocument } from '../port.js';
import type { StoredDocument } from './stored-document.js';

const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * The stored form of an entry. Top-level scalars are separate fields, so that they can be queried with any
 * indexes; all else is one JSON text, since the database would interpret keys such as `$ref` and `a.b`.
 * A removed document stays as a tombstone with its position, so that a late batch cannot bring it back.
 */
export function toStored(id: string, { document, position }: Entry, now: Date): StoredDocument {
  if (!document) return { _id: id, position, goneAt: now };
  const fields: Record<string, string | number | boolean | null> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(document)) {
    if (name === 'id') continue;
    if (PLAIN_NAME.test(name) && isScalar(value)) fields[name] = value;
    else if (value !== undefined) rest[name] = value;
  }
  const more = Object.keys(rest).length > 0 ? { rest: JSON.stringify(rest) } : {};
  return { _id: id, position, fields, ...more };
}

export function toEntry(stored: StoredDocument): Entry {
  return { document: stored.goneAt ? null : toDocument(stored), position: stored.position };
}

export function toDocument<D extends ViewDocument>({ _id, fields, rest }: StoredDocument): D {
  const more = rest === undefined ? {} : (JSON.parse(rest) as object);
  return { id: _id, ...fields, ...more } as ViewDocument as D;
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
