import { createHash } from 'node:crypto';
import type { WriteBatch } from '@tidemark/connector-sdk';
import type { Unit } from './batch-plan.js';
import { arrayLiteral } from './encode.js';
import type { Table } from './table.js';
import type { SentUnit } from './unit-writer.js';

type Batch = Pick<WriteBatch, 'mode' | 'key'>;

/** Distinguishes batches that happen to have the same id. */
export function digestOf({ mode, key }: Batch, table: Table, units: readonly SentUnit[]): string {
  const hash = createHash('sha256').update(JSON.stringify([2, mode, key, table.schema, table.name]));
  for (const { unit, all } of units) {
    hash.update(JSON.stringify([unit.action, namesOf(unit), unit.rows.map(({ at }) => at)]));
    hash.update(all);
  }
  return short(hash.digest('base64url'));
}

/** The digest that releases before 2 recorded: a batch that they wrote is not written again. */
export function olderDigestOf({ mode, key }: Batch, table: Table, units: readonly Unit[]): string {
  const hash = createHash('sha256').update(JSON.stringify([mode, key, table.schema, table.name]));
  for (const unit of units) {
    const values = unit.columns.map((_column, at) => arrayLiteral(unit.rows.map((row) => row.values[at]!)));
    hash.update(
      JSON.stringify([unit.action, namesOf(unit), unit.rows.map(({ at }) => at), values.map((text) => text.length)]),
    );
    for (const text of values) hash.update(text);
  }
  return short(hash.digest('base64url'));
}

const namesOf = ({ columns }: Unit) => columns.map(({ name }) => name);
const short = (digest: string) => digest.slice(0, 22);
