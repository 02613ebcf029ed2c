import type { EncodedRow, Unit } from './batch-plan.js';
import { arrayLiteral } from './encode.js';
import { quoted } from './identifiers.js';
import { tableName, type Column, type Table } from './table.js';

/**
 * One statement for a unit's rows, which are sent as one array per column. It returns one text: a letter for each row, in
 * order. c created, u updated, d deleted, s skipped, x lost to a concurrent delete: nothing was done.
 */
export interface Statement {
  readonly text: string;
  values(rows: readonly EncodedRow[]): string[];
}

export function statementOf(unit: Pick<Unit, 'action' | 'columns' | 'keys'>, table: Table): Statement {
  const { columns } = unit;
  return {
    text: TEXTS[unit.action](new Parts(unit, table)),
    values: (rows) => columns.map((_column, at) => arrayLiteral(rows.map(({ values }) => values[at]!))),
  };
}

const TEXTS: Readonly<Record<Unit['action'], (parts: Parts) => string>> = {
  append: (p) => `
    with written as (
      insert into ${p.table} ${p.target} select ${p.inputs} from ${p.rows} as i(${p.aliases}, at) order by i.at)
    select repeat('c', cardinality($1))`,

  // Existing rows are updated, not inserted again: they may lack columns that a new row requires.
  // A concurrent delete leaves the row neither updated nor inserted, which the x reports.
  upsert: (p) => `
    with input as materialized (
      select i.*, t.${p.firstKey} is not null as there, t.${p.firstKey} is not null and not (${p.differs}) as same
      from ${p.rows} as i(${p.aliases}, at) left join ${p.table} t on ${p.matches}),
    ${p.updated('i.there and not i.same')},
    inserted as (
      insert into ${p.table} ${p.target} select ${p.inputs} from input i where not i.there order by ${p.keyInputs}
      on conflict (${p.keyNames}) do ${p.set === '' ? 'nothing' : `update set ${p.setExcluded}`})
    select string_agg(
      case when same then 's' when not there then 'c' when at in (select at from updated) then 'u' else 'x' end,
      '' order by at) from input`,

  update: (p) => `
    with input as materialized (
      select i.*, t.${p.firstKey} is not null and (${p.differs}) as changes
      from ${p.rows} as i(${p.aliases}, at) left join ${p.table} t on ${p.matches}),
    ${p.updated('i.changes')}
    select string_agg(
      case when at in (select at from updated) then 'u' when changes then 'x' else 's' end, '' order by at)
    from (select at, bool_or(changes) as changes from input group by at) input`,

  delete: (p) => `
    with input as materialized (select * from ${p.rows} as i(${p.aliases}, at)),
    gone as (delete from ${p.table} t using input i where ${p.matches} returning i.at)
    select string_agg(case when at in (select at from gone) then 'd' else 's' end, '' order by at) from input`,
};

/** The parts of the statements. */
class Parts {
  readonly table: string;
  readonly #others: readonly { readonly column: Column; readonly alias: string }[];

  constructor(
    private readonly unit: Pick<Unit, 'columns' | 'keys'>,
    table: Table,
  ) {
    this.table = tableName(table);
    const others = unit.columns.map((column, at) => ({ column, alias: `c${at}` })).slice(unit.keys);
    this.#others = others.filter(({ column }) => !column.identityAlways);
  }

  /** An array would be unnested with its elements: it is sent as text. */
  get rows(): string {
    const arrays = this.unit.columns.map(
      ({ type, element }, at) => `$${at + 1}::${element === null ? type : 'text'}[]`,
    );
    return `unnest(${arrays.join(', ')}) with ordinality`;
  }

  get aliases(): string {
    return this.unit.columns.map((_column, at) => `c${at}`).join(', ');
  }

  get target(): string {
    const identity = this.unit.columns.some(({ identityAlways }) => identityAlways);
    const names = this.unit.columns.map(({ name }) => quoted(name)).join(', ');
    return `(${names})${identity ? ' overriding system value' : ''}`;
  }

  get inputs(): string {
    return this.unit.columns.map((column, at) => input(column, `c${at}`)).join(', ');
  }

  get keyInputs(): string {
    return this.#keys((column, alias) => input(column, alias)).join(', ');
  }

  get keyNames(): string {
    return this.#keys(({ name }) => quoted(name)).join(', ');
  }

  get firstKey(): string {
    return quoted(this.unit.columns[0]!.name);
  }

  get matches(): string {
    return this.#keys((column, alias) => `t.${quoted(column.name)} = ${input(column, alias)}`).join(' and ');
  }

  get set(): string {
    return this.#others.map(({ column, alias }) => `${quoted(column.name)} = ${input(column, alias)}`).join(', ');
  }

  get setExcluded(): string {
    return this.#others.map(({ column: { name } }) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ');
  }

  get differs(): string {
    return this.#others.map(({ column, alias }) => difference(column, alias)).join(' or ') || 'false';
  }

  /** Without a column to set there is nothing to update, and no difference. */
  updated(condition: string): string {
    if (this.set === '') return 'updated as (select at from input where false)';
    return `updated as (
      update ${this.table} t set ${this.set} from input i where ${this.matches} and ${condition} returning i.at)`;
  }

  #keys(part: (column: Column, alias: string) => string): string[] {
    return this.unit.columns.slice(0, this.unit.keys).map((column, at) => part(column, `c${at}`));
  }
}

const input = ({ type, element }: Column, alias: string): string => `i.${alias}${element === null ? '' : `::${type}`}`;

/** Types that round values, as an assignment does. */
const ROUNDED = new Set(['numeric', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval']);
/** Types without equality, or whose equality ignores differences. */
const BY_TEXT = new Set(['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'citext']);

function difference(column: Column, alias: string): string {
  const stored = `t.${quoted(column.name)}`;
  const given = input(column, alias);
  if (BY_TEXT.has(column.element ?? column.base)) return `${stored}::text is distinct from ${given}::text`;
  return `${stored} is distinct from ${ROUNDED.has(column.base) ? `${given}::${column.fullType}` : given}`;
}
