import type { Json, JsonObject, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import { InvalidValue } from './invalid-value.js';
import { isoInstant, isoTimestamp, type FromText } from './json-values.js';
import type { Model, TimeType } from './model.js';
import type { ReadCursor } from './read-plan.js';
import type { Row } from './session.js';

/** A row's position in the order. */
type After = NonNullable<ReadCursor['after']>;

const INSTANTS: Readonly<Record<TimeType, FromText>> = {
  date: (text) => `${text}T00:00:00Z`,
  timestamp: (text) => `${isoTimestamp(text) as string}Z`,
  timestamptz: isoInstant,
};
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A value of the row cannot be read as JSON without a loss. */
export class UnreadableRow extends Error {
  override readonly name = 'UnreadableRow';
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** Turns a model's rows into records. */
export class RecordMaker {
  readonly #keys: readonly number[];
  readonly #updatedAt: number;

  constructor(
    private readonly model: Model,
    private readonly readers: readonly FromText[],
  ) {
    const at = (name: string) => model.columns.findIndex((column) => column.name === name);
    this.#keys = model.key.map(at);
    this.#updatedAt = model.updatedAt ? at(model.updatedAt.name) : -1;
  }

  isKeyless(row: Row): boolean {
    return this.#keys.some((at) => row[at] === null);
  }

  /** The record of a row with a key. */
  placeOf(row: Row): After {
    const key = this.#keys.map((at) => row[at]!);
    return this.model.updatedAt ? { updatedAt: row[this.#updatedAt]!, key } : { key };
  }

  /** The time of change in the server's text form; undefined when null or infinite. */
  markOf(row: Row): string | undefined {
    const text = this.#updatedAt < 0 ? null : row[this.#updatedAt]!;
    return text === null || text.endsWith('infinity') ? undefined : text;
  }

  /** @throws UnreadableRow */
  record(row: Row): SourceRecord {
    const updatedAt = this.#isoTime(row);
    return {
      externalId: this.#idOf(row),
      objectType: this.model.name,
      data: this.dataOf(row),
      ...(updatedAt !== undefined && { updatedAt }),
    };
  }

  missingId(row: Row): RecordProblem {
    const field = this.model.key.find((_name, at) => row[this.#keys[at]!] === null)!;
    const message = `the key column ${field} is null`;
    return { objectType: this.model.name, code: 'OBJECT_MISSING_ID', message, field, ...this.#dataIfReadable(row) };
  }

  /** The problem of a row with the same key and time of change as the previous one. */
  duplicate(row: Row): RecordProblem {
    const id = this.#idOf(row);
    const message = `another row has the same key (${this.model.key.join(', ')}): ${id}`;
    return { objectType: this.model.name, code: 'OBJECT_INVALID', message, externalId: id, field: this.model.key[0]!, ...this.#dataIfReadable(row) }; // prettier-ignore
  }

  /** The problem of a row with a value that JSON cannot hold as it is. */
  unreadable(row: Row, { field, message }: UnreadableRow): RecordProblem {
    const externalId = this.#idOf(row);
    return { objectType: this.model.name, code: 'OBJECT_INVALID', message: `${field} ${message}`, externalId, field };
  }

  /** @throws UnreadableRow */
  dataOf(row: Row): JsonObject {
    const data: Record<string, Json> = {};
    const { columns } = this.model;
    for (let at = 0; at < columns.length; at++) {
      const text = row[at]!;
      const { name } = columns[at]!;
      const value = text === null ? null : this.#read(at, text);
      // Assigning to this name would set the prototype.
      if (name === '__proto__') Object.defineProperty(data, name, { value, enumerable: true, configurable: true });
      else data[name] = value;
    }
    return data;
  }

  #read(at: number, text: string): Json {
    try {
      return this.readers[at]!(text);
    } catch (error) {
      throw error instanceof InvalidValue ? new UnreadableRow(this.model.columns[at]!.name, error.message) : error;
    }
  }

  #dataIfReadable(row: Row): { readonly data?: JsonObject } {
    try {
      return { data: this.dataOf(row) };
    } catch (error) {
      if (error instanceof UnreadableRow) return {};
      throw error;
    }
  }

  /** The key itself; for several columns a JSON list, so that distinct keys stay distinct. */
  #idOf(row: Row): string {
    if (this.#keys.length === 1) return row[this.#keys[0]!]!;
    return JSON.stringify(this.#keys.map((at) => row[at]));
  }

  #isoTime(row: Row): string | undefined {
    const text = this.markOf(row);
    if (text === undefined) return undefined;
    const iso = INSTANTS[this.model.updatedAt!.type](text) as string;
    return ISO.test(iso) ? iso : undefined;
  }
}
