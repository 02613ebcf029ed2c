import { z } from 'zod';
import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import { parseCursor, type ReadRequest } from '@tidemark/connector-sdk';
import { columnList, quoted } from './identifiers.js';
import type { Model } from './model.js';

const time = z.string().min(1).max(64);

/**
 * A page's cursor. Values are in the server's text form, so that they compare without loss.
 * Rows come in the order of (updatedAt, key), those without a time last; rows without a key are reported at the end.
 */
const cursorShape = z.strictObject({
  model: z.string(),
  /** The read's lower bound: the least of these, less the look-back. */
  since: z.array(time).min(1).max(2).optional(),
  window: z.strictObject({ from: time, to: time }).optional(),
  /** The last row returned. */
  after: z.strictObject({ updatedAt: z.string().nullable().optional(), key: z.array(z.string()) }).optional(),
  /** How many rows without a key have been reported. */
  keyless: z.int().min(0).optional(),
  /** The latest change seen by this read. */
  mark: time.optional(),
});
export type ReadCursor = z.infer<typeof cursorShape>;

/** Where a read begins. @throws Terminal when the cursor is not valid, or belongs to another model */
export function startOf(
  { cursor, since, window }: Pick<ReadRequest, 'cursor' | 'since' | 'window'>,
  model: Model,
): ReadCursor {
  if (cursor) return cursorOf(cursor, model);
  if (window && !model.updatedAt)
    throw new Terminal('SOURCE_REQUEST_INVALID', `${model.name}: a window requires an updatedAt column in the config`);
  return {
    model: model.fingerprint,
    ...(since !== undefined && model.updatedAt && { since: [since] }),
    ...(window && { window: { from: window.from, to: window.to } }),
  };
}

function cursorOf(cursor: Cursor, model: Model): ReadCursor {
  const data = parseCursor(cursorShape, cursor, `postgres ${model.name}`);
  if (data.model === model.fingerprint && (!data.after || data.after.key.length === model.key.length)) return data;
  const message = `${model.name}: SQL, key or updatedAt changed since this cursor was made: read from the beginning`;
  throw new Terminal('SOURCE_CURSOR_EXPIRED', message);
}

/** The cursor of a completed read: the next one begins at the latest change, or at this read's time if earlier. */
export function endOf({ model, since, window, mark }: ReadCursor, readAt: string): ReadCursor {
  const next = mark === undefined ? since : [mark, readAt];
  return { model, ...(next && { since: next }), ...(window && { window }) };
}

/** One query of a read. */
export interface Step {
  readonly rows: 'keyed' | 'keyless';
  readonly sql: string;
  /** Characters before the model's SQL. */
  readonly offset: number;
  readonly values: readonly string[];
}

/** Builds conditions, each value once. */
class Conditions {
  readonly values: string[] = [];
  readonly #all: string[] = [];

  value(text: string, type = ''): string {
    this.values.push(text);
    return `$${this.values.length}${type && `::pg_catalog.${type}`}`;
  }

  add(condition: string): this {
    this.#all.push(condition);
    return this;
  }

  toString(): string {
    return this.#all.length > 0 ? `\nwhere ${this.#all.join(' and ')}` : '';
  }
}

const PREFIX = 'select model.* from (\n';

function step(rows: Step['rows'], { sql }: Model, where: Conditions, order: string): Step {
  const text = `${PREFIX}${sql}\n) model${where.toString()}\norder by ${order}`;
  return { rows, sql: text, offset: PREFIX.length, values: where.values };
}

/**
 * The rows with a key, from the cursor on. Without an `after` it also includes those without one. Rows without a time are
 * read each time: nothing shows whether they have changed. A window excludes them.
 */
export function keyedSteps(model: Model, cursor: ReadCursor): readonly Step[] {
  const { key, updatedAt } = model;
  const { after } = cursor;
  const names = [...(updatedAt ? [updatedAt.name] : []), ...key];
  const order = columnList(names, 'model');
  if (cursor.keyless !== undefined) return [];
  if (!updatedAt) return [step('keyed', model, after ? behind(new Conditions(), model, key, after.key) : new Conditions(), order)]; // prettier-ignore
  const undated = () => new Conditions().add(`model.${quoted(updatedAt.name)} is null`);
  const where = bounds(model, cursor);
  if (!after) {
    const first = step('keyed', model, where, order);
    return cursor.since && !cursor.window ? [first, step('keyed', model, undated(), order)] : [first];
  }
  if (after.updatedAt == null) return [step('keyed', model, behind(undated(), model, key, after.key), order)];
  const dated = step('keyed', model, behind(where, model, names, [after.updatedAt, ...after.key]), order);
  return cursor.window ? [dated] : [dated, step('keyed', model, undated(), order)];
}

/** The rows that lack a part of their key, in an order of their own, without those already reported. */
export function keylessStep(model: Model, cursor: ReadCursor): Step {
  const { key, updatedAt } = model;
  const where = bounds(model, cursor, cursor.window ? '' : ` or model.${quoted(updatedAt?.name ?? '')} is null`);
  where.add(`(${key.map((name) => `model.${quoted(name)} is null`).join(' or ')})`);
  return step('keyless', model, where, `(model.*)::pg_catalog.text offset ${where.value(String(cursor.keyless ?? 0), 'int8')}`); // prettier-ignore
}

/** Rows after a position. Columns with operators of their own are compared one by one: a row uses one for all. */
function behind(where: Conditions, { orders }: Model, names: readonly string[], values: readonly string[]): Conditions {
  const schemas = names.map((name) => orders[name] ?? BUILT_IN);
  if (schemas.every((schema) => schema === BUILT_IN))
    return where.add(`(${columnList(names, 'model')}) operator(${BUILT_IN}.>) (${values.map((value) => where.value(value)).join(', ')})`); // prettier-ignore
  const parameters = values.map((value) => where.value(value));
  const compare = (at: number, operator: string) => `model.${quoted(names[at]!)} operator(${schemas[at]!}.${operator}) ${parameters[at]!}`; // prettier-ignore
  const after = (at: number): string =>
    at === names.length - 1 ? compare(at, '>') : `(${compare(at, '>')} or (${compare(at, '=')} and ${after(at + 1)}))`;
  return where.add(names.length === 1 ? after(0) : `${compare(0, '>=')} and ${after(0)}`);
}

const BUILT_IN = 'pg_catalog';

function bounds({ updatedAt, lookBackMs }: Model, { since, window }: ReadCursor, otherwise = ''): Conditions {
  const where = new Conditions();
  if (!updatedAt) return where;
  const column = `model.${quoted(updatedAt.name)}`;
  const { type } = updatedAt;
  if (since) {
    const least = `least(${since.map((text) => where.value(text, type)).join(', ')})`;
    const from = `(${least} operator(pg_catalog.-) interval '${lookBackMs} milliseconds')::pg_catalog.${type}`;
    where.add(otherwise === '' ? `${column} operator(pg_catalog.>=) ${from}` : `(${column} operator(pg_catalog.>=) ${from}${otherwise})`); // prettier-ignore
  }
  if (window)
    where.add(`${column} operator(pg_catalog.>=) ${where.value(window.from, type)} and ${column} operator(pg_catalog.<) ${where.value(window.to, type)}`); // prettier-ignore
  return where;
}
