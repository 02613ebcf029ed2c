import { isJsonObject } from '@tidemark/foundation';

/** A record as sources report it. */
export interface GoodRecord {
  readonly objectType: string;
  readonly externalId: string;
  readonly data: object;
  readonly deleted?: true;
  readonly updatedAt?: string;
}

export interface BadRecord {
  readonly named: { readonly object?: string; readonly externalId?: string };
  readonly code: 'OBJECT_INVALID' | 'OBJECT_MISSING_ID' | 'OBJECT_UNKNOWN';
  readonly message: string;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** One pushed record, or what is wrong with it. */
export function recordOf(value: unknown, objects: ReadonlySet<string> | undefined): { record: GoodRecord } | BadRecord {
  if (!isJsonObject(value)) return bad({}, 'OBJECT_INVALID', 'must be a JSON object');
  const { object, externalId: id, data, deleted = false, updatedAt, ...others } = value as Record<string, unknown>;
  const externalId = typeof id === 'number' ? String(id) : id;
  const named = {
    ...(isShort(object, 200) && { object }),
    ...(isShort(externalId, 512) && { externalId }),
  };
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return bad(named, 'OBJECT_INVALID', `\`${unknown.slice(0, 50)}\` is not a known field`);
  if (!isShort(object, 200)) return bad(named, 'OBJECT_INVALID', '`object` must be text of 1 to 200 characters');
  if (objects && !objects.has(object))
    return bad(named, 'OBJECT_UNKNOWN', `the connection has no object ${object}; it has ${[...objects].join(', ')}`);
  if (!isShort(externalId, 512))
    return bad(named, 'OBJECT_MISSING_ID', '`externalId` must be text of 1 to 512 characters');
  if (typeof deleted !== 'boolean') return bad(named, 'OBJECT_INVALID', '`deleted` must be true or false');
  if (!isJsonObject(data) && !(deleted && data === undefined))
    return bad(named, 'OBJECT_INVALID', '`data` must be a JSON object');
  const time = typeof updatedAt === 'string' && TIME.test(updatedAt) ? Date.parse(updatedAt) : NaN;
  if (updatedAt !== undefined && Number.isNaN(time))
    return bad(
      named,
      'OBJECT_INVALID',
      '`updatedAt` must be a date and time in ISO 8601, such as 2026-01-31T08:00:00Z',
    );
  const at = updatedAt === undefined ? {} : { updatedAt: new Date(time).toISOString() };
  return { record: { objectType: object, externalId, data: data ?? {}, ...(deleted && { deleted }), ...at } };
}

const isShort = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= max;

const bad = (named: BadRecord['named'], code: BadRecord['code'], message: string): BadRecord => ({
  named,
  code,
  message,
});
