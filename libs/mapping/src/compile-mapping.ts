import type { MappingEntry } from '@tidemark/contracts';
import type { Json, JsonObject } from '@tidemark/foundation';
import { isShallow, MAX_DEPTH } from './bounds.js';
import { cast } from './cast.js';
import { Expressions } from './expressions.js';
import type { Evaluated } from './expressions-thread.js';
import { mask } from './mask.js';
import { parsePath, valueAt } from './path.js';
import { Refusal, type RefusalCode } from './refusal.js';
import { assembled } from './assemble.js';
import { templateParts } from './template.js';

export interface MappingOptions {
  /** For `mask: hash`: the same key yields the same hashes. */
  readonly key?: Uint8Array;
}

/** A row that cannot be made of a record. */
export interface MappingProblem {
  /** The field of the row, as the mapping names it. */
  readonly field: string;
  /** Upper snake case. */
  readonly code: RefusalCode;
  readonly message: string;
}

/** `row` has, beside a problem, those fields that could be made; it never has what a mask hides. */
export interface MappedRow {
  readonly row: JsonObject;
  /** A mask hides a value that is the record's id: neither may be shown. */
  readonly hidesId?: boolean;
  readonly problem?: MappingProblem;
}

export interface Mapping {
  /** Whether a mask hides something of the records: they must then not be shown as they are. */
  readonly isMasked: boolean;
  /** A row for each record, in order; the same ones for the same records. */
  map(records: readonly { readonly data: JsonObject; readonly externalId?: string }[]): Promise<readonly MappedRow[]>;
}

/** Reads a field's value from a record and from what the expressions found in it. @throws Refusal */
type Read = (record: JsonObject, found: (expression: number) => Json) => Json | undefined;

interface Field {
  readonly to: string;
  readonly path: readonly string[];
  /** Adds to `hidden` what is masked. */
  value(record: JsonObject, found: (expression: number) => Json, hidden: Set<string>): Json | undefined;
}

/** A mapping that `mappingProblems` accepts. @throws Error when it does not */
export function compileMapping(entries: readonly MappingEntry[], { key }: MappingOptions = {}): Mapping {
  const texts: string[] = [];
  const add = (expression: string) => texts.push(expression) - 1;
  const picks = entries.flatMap(({ pick }) => (pick ? [pickOf(pick, entries)] : []));
  const fields = entries.flatMap((entry) =>
    entry.to === undefined ? [] : [fieldOf({ ...entry, to: entry.to }, add, key)],
  );
  const expressions = texts.length > 0 ? new Expressions(texts) : undefined;
  const isMasked = entries.some((entry) => entry.mask !== undefined);
  return {
    isMasked,
    async map(records) {
      const shallow = records.map(({ data }) => isShallow(data));
      const evaluated = await expressions?.evaluate(records.map(({ data }, at) => (shallow[at] ? data : {})));
      return records.map(({ data, externalId }, at) => {
        if (!shallow[at]) return tooDeep;
        const hidden = new Set<string>();
        const mapped = mapOne(data, picks, fields, { evaluated: evaluated?.[at], hidden });
        return externalId !== undefined && hidden.has(externalId) ? { ...mapped, hidesId: true } : mapped;
      });
    },
  };
}

const tooDeep: MappedRow = {
  row: {},
  problem: { field: '', code: 'RECORD_TOO_DEEP', message: `the record is nested deeper than ${MAX_DEPTH} levels` },
};

type Pick = (record: JsonObject) => Iterable<readonly [string, Json]>;

/** Fields with an entry of their own stand above those that are picked. */
function mapOne(
  record: JsonObject,
  picks: readonly Pick[],
  fields: readonly Field[],
  { evaluated, hidden }: { readonly evaluated: Evaluated | undefined; readonly hidden: Set<string> },
): MappedRow {
  const row: (readonly [readonly string[], Json])[] = [];
  for (const pick of picks) for (const [name, value] of pick(record)) row.push([[name], value]);
  let problem: MappingProblem | undefined;
  for (const { to, path, value } of fields)
    try {
      const one = value(record, (index) => resultOf(evaluated!, index), hidden);
      if (one !== undefined) row.push([path, one]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem ??= { field: to, code: error.code, message: `${to}: ${error.message}` };
    }
  return { row: assembled(row), ...(problem && { problem }) };
}

function resultOf(evaluated: Evaluated, index: number): Json {
  const result = evaluated[index] ?? evaluated[0]!;
  if ('why' in result) throw new Refusal('EXPRESSION_FAILED', `the expression cannot be evaluated: ${result.why}`);
  return JSON.parse(result.json) as Json;
}

/** The named fields as they are; `*` stands for all that no other entry reads. */
function pickOf(names: readonly string[], entries: readonly MappingEntry[]): Pick {
  const read = new Set(entries.flatMap(({ from }) => (from === undefined ? [] : [String(parsePath(from)![0]), from])));
  for (const { mask: how, expression, template } of entries)
    if (how !== undefined) for (const name of wordsOf(expression ?? template ?? '')) read.add(name);
  const all = names.includes('*');
  const wanted = new Set(names);
  return (record) =>
    Object.entries(record).filter(([name]) => wanted.has(name) || (all && !read.has(name) && name !== '__proto__'));
}

/** Everything in an expression that may be the name of a field. */
const wordsOf = (expression: string): readonly string[] => [
  ...(expression.match(/\w+/g) ?? []),
  ...(expression.match(/"[^"]*"/g) ?? []).map((quoted) => quoted.slice(1, -1)),
];

function fieldOf(
  { to, type, format, required, mask: how, ...entry }: MappingEntry & { readonly to: string },
  add: (expression: string) => number,
  key: Uint8Array | undefined,
): Field {
  const read = reader(entry, add);
  const fallback = entry.default as Json | undefined;
  const typed = (value: Json) => (type === undefined ? value : cast(value, type, format));
  return {
    to,
    path: parsePath(to)!.map(String),
    value(record, found, hidden) {
      const given = read(record, found);
      const made = given === undefined ? undefined : typed(given);
      const value = (made ?? null) === null && fallback !== undefined ? typed(fallback) : made;
      if (required && (value ?? null) === null)
        throw new Refusal('REQUIRED_FIELD_MISSING', 'the record has no value for this required field');
      if (value === undefined || how === undefined) return value;
      hidden.add(String(value));
      return mask(value, how, key);
    },
  };
}

function reader(
  { from, expression, template, value }: Omit<MappingEntry, 'to'>,
  add: (expression: string) => number,
): Read {
  if (value !== undefined) return () => value as Json;
  if (from !== undefined) {
    const path = parsePath(from)!;
    // A column may have a dot in its name.
    return (record) => (Object.hasOwn(record, from) ? record[from] : valueAt(record, path));
  }
  if (expression !== undefined) {
    const index = add(expression);
    return (_, found) => found(index);
  }
  if (template === undefined) return () => undefined;
  const parts = templateParts(template)!.map((part) => ('text' in part ? part.text : add(part.expression)));
  return (_, found) => parts.map((part) => (typeof part === 'string' ? part : shown(found(part)))).join('');
}

function shown(value: Json): string {
  if (typeof value === 'object' && value !== null)
    throw new Refusal('TEMPLATE_FAILED', 'a list or an object cannot be part of a text');
  return value === null ? '' : String(value);
}
