import type { Unit } from './batch-plan.js';
import { quoted } from './identifiers.js';
import { tableName, type Column, type Table } from './table.js';

// The statements of a unit. Its rows are in a stage `s`: a temporary table with their number `at` and a column c0, c1, …
// of the table's own types for each of the unit's columns. Every name and operator is qualified: none depends on the
// search path. `$1`: the numbers of the rows to write; null: all.

const EQ = 'operator(pg_catalog.=)';
const COUNT = 'pg_catalog.count(*)';
const selected = (alias: string) => `($1::pg_catalog.int4[] is null or ${alias}.at ${EQ} any ($1::pg_catalog.int4[]))`;
const answers = (letter: string, from: string) => `
    select pg_catalog.string_agg(${letter}, '' order by i.at) from ${from}`;

export class UnitStatements {
  readonly #table: string;
  /** The columns that an update sets, with their place in the stage. */
  readonly #others: readonly Staged[];
  readonly #keys: readonly Staged[];

  constructor(
    private readonly unit: Pick<Unit, 'action' | 'columns' | 'keys'>,
    table: Table,
    private readonly stage: string,
  ) {
    this.#table = tableName(table);
    const staged = unit.columns.map((column, at) => ({ column, alias: `c${at}` }));
    this.#keys = staged.slice(0, unit.keys);
    this.#others = staged.slice(unit.keys).filter(({ column }) => !column.identityAlways);
  }

  /** The stage takes types, lengths and collations from the table: what it accepts, the table's columns accept alike. */
  get create(): string {
    const columns = this.unit.columns.map(({ name }, at) => `, t.${quoted(name)} as c${at}`).join('');
    return `create temporary table ${this.stage} on commit drop as
      select null::pg_catalog.int4 as at${columns} from ${this.#table} t with no data`;
  }

  get copy(): string {
    return `copy ${this.stage} from stdin`;
  }

  /** COPY into the table itself: fails when one of the rows exists. */
  get copyNew(): string {
    return `copy ${this.#table} (${this.unit.columns.map(({ name }) => quoted(name)).join(', ')}) from stdin`;
  }

  /** Returns one text with a letter for each row. */
  get write(): string {
    const texts = { append: this.#append, upsert: this.#upsert, update: this.#update, delete: this.#delete };
    return texts[this.unit.action].call(this);
  }

  #append(): string {
    return `
    with input as materialized (select s.at from ${this.stage} s where ${selected('s')}),
    stored as (
      insert into ${this.#table} ${this.#target} select ${this.#inputs('s')} from ${this.stage} s where ${selected('s')}
      order by s.at returning 1),
    counts as (select (select ${COUNT} from input) as sent, (select ${COUNT} from stored) as stored)
    ${answers(`case when stored ${EQ} sent then 'c' when stored ${EQ} 0 then 'n' else 'b' end`, 'input i, counts')}`;
  }

  // Existing rows are updated, not inserted again: they may lack columns that a new row requires. `offset 0` has each row
  // looked up by the unique index: without statistics of the stage the planner tends to scan the table.
  #upsert(): string {
    const keys = this.#keys.map(({ column }) => quoted(column.name));
    const returned = keys.map((name, at) => `${name} as c${at}`).join(', ');
    return `
    with input as materialized (
      select s.*, ${this.#found} as there, ${this.#found} and not (${this.#differs('s')}) as same
      from ${this.stage} s left join lateral (
        select t.* from ${this.#table} t where ${this.#matches('s')} offset 0) t on true where ${selected('s')}),
    ${this.#updated('i.there and not i.same')},
    stored as (
      insert into ${this.#table} ${this.#target} select ${this.#inputs('i')} from input i where not i.there
      order by ${this.#keys.map(({ alias }) => `i.${alias}`).join(', ')} returning ${returned}),
    counts as (select (select ${COUNT} from input where not there) as sent, (select ${COUNT} from stored) as stored),
    known as (select i.at from input i where not i.there
      and exists (select from stored t where ${this.#keys.map(({ column, alias }) => `t.${alias} operator(${column.equals}) i.${alias}`).join(' and ')}))
    ${answers(
      `case when i.same then 's'
      when i.there then case when i.at ${EQ} any (select at from updated) then 'u' else 'x' end
      when n.stored ${EQ} n.sent or i.at ${EQ} any (select at from known) then 'c'
      when n.stored ${EQ} (select ${COUNT} from known) then 'n' else 'b' end`,
      'input i, counts n',
    )}`;
  }

  #update(): string {
    return `
    with input as materialized (
      select s.*, ${this.#found} and (${this.#differs('s')}) as changes
      from ${this.stage} s left join ${this.#table} t on ${this.#matches('s')} where ${selected('s')}),
    ${this.#updated('i.changes')}
    ${answers(
      `case when i.at ${EQ} any (select at from updated) then 'u' when changes then 'x' else 's' end`,
      '(select at, pg_catalog.bool_or(changes) as changes from input group by at) i',
    )}`;
  }

  #delete(): string {
    return `
    with gone as (
      delete from ${this.#table} t using ${this.stage} s where ${this.#matches('s')} and ${selected('s')} returning s.at)
    ${answers(
      `case when i.at ${EQ} any (select at from gone) then 'd' when exists (
        select from ${this.#table} t where ${this.#matches('i')}) then 'x' else 's' end`,
      `${this.stage} i where ${selected('i')}`,
    )}`;
  }

  /**
   * A second look at rows that were not changed although they should have been, `$2`: b another row of the unit has the
   * same key, x the stored row is gone, n it is there, s it is as it should be.
   */
  get recheck(): string {
    const deletes = this.unit.action === 'delete';
    const keys = this.#keys.map(({ alias }) => `s.${alias}`).join(', ');
    return `
    with input as materialized (
      select s.*, ${COUNT} over (partition by ${keys}) as rows from ${this.stage} s where ${selected('s')}),
    seen as (
      select i.at, pg_catalog.max(i.rows) as rows, pg_catalog.bool_or(${this.#found}) as there,
        pg_catalog.bool_or(${this.#found} and (${deletes ? 'true' : this.#differs('i')})) as differs
      from input i left join ${this.#table} t on ${this.#matches('i')}
      where i.at ${EQ} any ($2::pg_catalog.int4[]) group by i.at)
    ${answers(
      `case when i.rows operator(pg_catalog.>) 1 then 'b' when i.differs then 'n'
      when i.there then 's' else ${deletes ? "'s'" : "'x'"} end`,
      'seen i',
    )}`;
  }

  /** Frees the values of `column` that rows hold, so that they can be exchanged; null when its type has no spare values. */
  park(name: string): string | null {
    const column = this.#others.find((one) => one.column.name === name)?.column;
    const value = column && spareValue(column, this.#table);
    if (!value) return null;
    return `update ${this.#table} t set ${quoted(name)} = ${value} from ${this.stage} s
      where ${this.#matches('s')} and ${selected('s')}`;
  }

  get #target(): string {
    const identity = this.unit.columns.some(({ identityAlways }) => identityAlways);
    const names = this.unit.columns.map(({ name }) => quoted(name)).join(', ');
    return `(${names})${identity ? ' overriding system value' : ''}`;
  }

  #inputs(alias: string): string {
    return this.unit.columns.map((_column, at) => `${alias}.c${at}`).join(', ');
  }

  get #found(): string {
    return `(t.${quoted(this.unit.columns[0]!.name)} is not null)`;
  }

  #matches(alias: string): string {
    return this.#keys
      .map(({ column, alias: at }) => `t.${quoted(column.name)} operator(${column.equals}) ${alias}.${at}`)
      .join(' and ');
  }

  /** By what is stored: types without equality, and those whose equality ignores differences, need no other treatment. */
  #differs(alias: string): string {
    if (this.#others.length === 0) return 'false';
    const stored = this.#others.map(({ column }) => `t.${quoted(column.name)}`).join(', ');
    const given = this.#others.map((one) => `${alias}.${one.alias}`).join(', ');
    return `row(${stored})::pg_catalog.record operator(pg_catalog.*<>) row(${given})::pg_catalog.record`;
  }

  /** Without a column to set there is nothing to update, and no difference. */
  #updated(condition: string): string {
    if (this.#others.length === 0) return 'updated as (select at from input where false)';
    const set = this.#others.map(({ column, alias }) => `${quoted(column.name)} = i.${alias}`).join(', ');
    return `updated as (
      update ${this.#table} t set ${set} from input i where ${this.#matches('i')} and ${condition} returning i.at)`;
  }
}

interface Staged {
  readonly column: Column;
  readonly alias: string;
}

const NUMBERS = new Set(['int2', 'int4', 'int8', 'numeric']);
const TEXTS = new Set(['text', 'varchar', 'bpchar']);
/** The first character of a private area, which has 65,534: more than a batch has rows. */
const PRIVATE = 0xf0000;

/** A value that no other row has, one for each row of the stage. */
function spareValue({ name, base, notNull }: Column, table: string): string | null {
  if (!notNull) return 'null';
  if (NUMBERS.has(base))
    return `(select pg_catalog.max(q.${quoted(name)}) from ${table} q) operator(pg_catalog.+) s.at operator(pg_catalog.+) 1`;
  if (TEXTS.has(base)) return `pg_catalog.chr(${PRIVATE} operator(pg_catalog.+) s.at)`;
  if (base === 'uuid')
    return "pg_catalog.md5(pg_catalog.concat('tidemark ', pg_catalog.clock_timestamp(), s.at))::pg_catalog.uuid";
  return null;
}
