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
    return `$${this.values.length}${type && `::${type}`}`;
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

/** The rows with a key, from the cursor on. Without an `after` it also includes those without one. */
export function keyedSteps(model: Model, cursor: ReadCursor): readonly Step[] {
  const { key, updatedAt } = model;
  const names = [...(updatedAt ? [updatedAt.name] : []), ...key];
  const order = columnList(names, 'model');
  if (cursor.keyless !== undefined) return [];
  const where = bounds(model, cursor);
  const { after } = cursor;
  if (!after) return [step('keyed', model, where, order)];
  if (!updatedAt) return [step('keyed', model, behind(where, key, after.key), order)];
  const undated = `model.${quoted(updatedAt.name)} is null`;
  if (after.updatedAt == null) return [step('keyed', model, behind(where.add(undated), key, after.key), order)];
  const dated = step('keyed', model, behind(where, names, [after.updatedAt, ...after.key]), order);
  // A range in time excludes rows without a time.
  if (cursor.since || cursor.window) return [dated];
  return [dated, step('keyed', model, new Conditions().add(undated), order)];
}

/** The rows that lack a part of their key, in an order of their own, without those already reported. */
export function keylessStep(model: Model, cursor: ReadCursor): Step {
  const where = bounds(model, cursor).add(`(${model.key.map((name) => `model.${quoted(name)} is null`).join(' or ')})`);
  return step('keyless', model, where, `(model.*)::text offset ${where.value(String(cursor.keyless ?? 0), 'bigint')}`);
}

function behind(where: Conditions, names: readonly string[], values: readonly string[]): Conditions {
  return where.add(`(${columnList(names, 'model')}) > (${values.map((value) => where.value(value)).join(', ')})`);
}

function bounds({ updatedAt, lookBackMs }: Model, { since, window }: ReadCursor): Conditions {
  const where = new Conditions();
  if (!updatedAt) return where;
  const column = `model.${quoted(updatedAt.name)}`;
  const { type } = updatedAt;
  if (since) {
    const least = `least(${since.map((text) => where.value(text, type)).join(', ')})`;
    where.add(`${column} >= (${least} - ${lookBackMs} * interval '1 millisecond')::${type}`);
  }
  if (window)
    where.add(`${column} >= ${where.value(window.from, type)} and ${column} < ${where.value(window.to, type)}`);
  return where;
}
