import { isJsonObject } from '@tidemark/foundation';
import type { Json, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import { expressionOf, shapeOf, type Expression } from '../rest/expression.js';
import { isRefused, readTime, shapeOfTime } from '../rest/times.js';
import type { ObjectConfig } from './http-json.config.js';

/** Time range of the requested changes, ISO 8601. */
export interface Bounds {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** What a list of a response holds. */
export interface Found {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly RecordProblem[];
  /** Ids of all items as one text: the same for a page that repeats another one. */
  readonly ids: string;
}

/** Items that are mapped before others get a turn. */
const AT_ONCE = 2000;

/** Maps items of responses to records. */
export class RecordMapper {
  readonly #id: Expression;
  readonly #updatedAt: Expression | undefined;
  readonly #deleted: Expression | undefined;

  constructor(
    private readonly config: ObjectConfig,
    field: string,
  ) {
    this.#id = expressionOf(config.id, `${field}.id`);
    this.#updatedAt = config.updatedAt === undefined ? undefined : expressionOf(config.updatedAt, `${field}.updatedAt`);
    this.#deleted = config.deleted === undefined ? undefined : expressionOf(config.deleted, `${field}.deleted`);
  }

  async map(list: readonly Json[], bounds: Bounds, parent: SourceRecord | undefined): Promise<Found> {
    const records: SourceRecord[] = [];
    const problems: RecordProblem[] = [];
    const ids: string[] = [];
    for (const [at, item] of list.entries()) {
      if (at % AT_ONCE === AT_ONCE - 1) await new Promise((turn) => setImmediate(turn));
      const record = this.#record(item, parent);
      ids.push('code' in record ? JSON.stringify(item) : record.externalId);
      if ('code' in record) problems.push(record);
      else if (this.#within(record, bounds)) records.push(record);
    }
    return { records, problems, ids: ids.join('\n') };
  }

  #record(item: Json, parent: SourceRecord | undefined): SourceRecord | RecordProblem {
    const { name: objectType, timeFormat, timeZone, parent: of } = this.config;
    const problem = (code: string, message: string, field?: string) => ({
      ...{ objectType, code, message, data: item },
      ...(field !== undefined && { field }),
    });
    if (!isJsonObject(item)) return problem('OBJECT_INVALID', `a record is ${shapeOf(item)}, not an object`);
    const id = this.#id(item);
    if ((typeof id !== 'string' && typeof id !== 'number') || id === '')
      return problem('OBJECT_MISSING_ID', `${this.config.id} finds no id in a record`, this.config.id);
    const externalId = parent && of?.scoped ? `${parent.externalId}/${id}` : String(id);
    const time = this.#updatedAt?.(item) ?? null;
    const updatedAt = time === null ? undefined : readTime(time, { format: timeFormat, zone: timeZone });
    // Taken as it is, 01/02/2026 would be a guess.
    if (time !== null && updatedAt === undefined && isRefused(time, timeFormat)) {
      const message = `${this.config.updatedAt!} is ${shapeOfTime(time)}, which is not ${timeFormat}: declare its timeFormat`;
      return { ...problem('OBJECT_INVALID', message, this.config.updatedAt), externalId };
    }
    const deleted = this.#deleted?.(item);
    return {
      externalId,
      objectType,
      data: parent && of?.field !== undefined ? { ...item, [of.field]: parent.externalId } : item,
      ...(deleted !== undefined && deleted !== null && deleted !== false && { deleted: true }),
      ...(updatedAt !== undefined && { updatedAt }),
    };
  }

  /** Enforces bounds that the API has no parameter for, on records that have a time. */
  #within({ updatedAt }: SourceRecord, { since, until }: Bounds): boolean {
    if (updatedAt === undefined) return true;
    const { incremental } = this.config;
    if (since !== undefined && !incremental && updatedAt < since) return false;
    return until === undefined || updatedAt < until;
  }
}
