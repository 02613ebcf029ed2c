import { basename } from 'node:path';
import { Terminal } from '@tidemark/resilience';
import { isInstant, type JsonObject } from '@tidemark/foundation';
import {
  type CheckResult,
  checkProblemOf,
  type ConnectorContext,
  isWithin,
  type ObjectManifest,
  type Page,
  type ReadRequest,
  type RecordProblem,
  type Source,
  type SourceRecord,
  toCursor,
} from '@tidemark/connector-sdk';
import { type Catalog, catalogIn, type CatalogStream, objectOf, selecting, streamOf } from './catalog.js';
import { type Message, messageIn } from './messages.js';
import { after, at, type Position, positionOf } from './position.js';
import type { Program } from './program.js';
import { Runs } from './runs.js';
import type { SingerConfig } from './singer.config.js';

const DEFAULT_PAGE = 1000;
const MAX_CATALOG_BYTES = 64 * 1024 ** 2;
const MAX_STATE_BYTES = 256 * 1024;

type Draft = Omit<Page, 'hasMore'>;

/** A RECORD, and the position after it; or the end of the run. */
interface Step {
  readonly record?: JsonObject;
  readonly schema: { readonly key: readonly string[]; readonly bookmark: string | undefined };
  readonly position: Position;
}

/** Reads the streams of a tap. A run reads one of them. */
export class SingerSource implements Source {
  readonly #runs: Runs;
  #catalog: Promise<Catalog | undefined> | undefined;

  constructor(private readonly context: ConnectorContext<SingerConfig>) {
    this.#runs = new Runs(context, 'source');
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    request.signal.throwIfAborted();
    // A page is held back until the next one is known to exist or not.
    let held: Draft | undefined;
    try {
      for await (const page of this.#pages(request, positionOf(request))) {
        if (held) yield { ...held, hasMore: true };
        held = page;
      }
    } catch (error) {
      request.signal.throwIfAborted();
      if (held) yield { ...held, hasMore: true };
      throw error;
    }
    yield { ...held!, hasMore: false };
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    try {
      const objects = await this.objects(signal);
      const message = `${this.#name}: ${objects.length} ${objects.length === 1 ? 'stream' : 'streams'}`;
      return { ok: true, message };
    } catch (error) {
      return { ok: false, problems: [checkProblemOf(error, signal)] };
    }
  }

  async objects(signal: AbortSignal): Promise<readonly ObjectManifest[]> {
    const catalog = await this.#discovered(signal);
    if (catalog) return catalog.streams.map(objectOf);
    return (this.context.config.streams ?? []).map((name) => ({
      ...{ name, title: name, incremental: true, deletions: false },
    }));
  }

  close(): Promise<void> {
    return this.#runs.close();
  }

  get #name(): string {
    return basename(this.context.config.executable);
  }

  /** @returns undefined for a tap without discovery */
  #discovered(signal: AbortSignal): Promise<Catalog | undefined> {
    if (this.context.config.streams) return Promise.resolve(undefined);
    this.#catalog ??= this.#discover(signal).catch((error: unknown) => {
      this.#catalog = undefined;
      throw error;
    });
    return this.#catalog;
  }

  async #discover(signal: AbortSignal): Promise<Catalog> {
    await using program = await this.#runs.start({ flags: ['--discover'], signal });
    await program.write([]);
    const lines: string[] = [];
    let bytes = 0;
    for await (const line of program.lines()) {
      bytes += line.length;
      if (bytes > MAX_CATALOG_BYTES) throw program.rubbish(`printed a catalog of more than ${MAX_CATALOG_BYTES} bytes`);
      lines.push(line);
    }
    const catalog = catalogIn(parsed(lines.join('\n')));
    if (!catalog)
      throw program.rubbish('printed no catalog in its discovery; without one, `streams` names its streams');
    return catalog;
  }

  /** The stream of an object in the catalog. @throws Terminal */
  async #selected(
    object: string,
    signal: AbortSignal,
  ): Promise<{ stream: CatalogStream; catalog: Catalog | undefined }> {
    const catalog = await this.#discovered(signal);
    const known = catalog?.streams ?? (this.context.config.streams ?? []).map((name) => ({ tap_stream_id: name }));
    const stream = known.find((one) => one.tap_stream_id === object);
    if (stream) return { stream, catalog: catalog && selecting(catalog, object) };
    const names = known.map((one) => one.tap_stream_id).join(', ') || 'none';
    throw new Terminal('SOURCE_NOT_FOUND', `there is no stream ${object}; ${this.#name} has ${names}`, {
      field: 'objects',
    });
  }

  async *#pages(request: ReadRequest, start: Position): AsyncGenerator<Draft> {
    const { object, signal, pageSize = DEFAULT_PAGE } = request;
    let records: SourceRecord[] = [];
    let problems: RecordProblem[] = [];
    let end = start;
    for await (const { record, schema, position } of this.#steps(object, start, signal)) {
      if (record) {
        const { found, problem } = recordOf(object, record, schema);
        if (records.length + problems.length >= pageSize) {
          yield { records, problems, cursor: toCursor(end) };
          [records, problems] = [[], []];
        }
        if (problem) problems.push(problem);
        else if (found && isWanted(found, start)) records.push(found);
      }
      end = position;
    }
    yield { records, problems, cursor: toCursor(end) };
  }

  /** From a position on. What was read since the tap's last STATE is passed over if it is still the same, else read again. */
  async *#steps(object: string, start: Position, signal: AbortSignal): AsyncGenerator<Step> {
    const { stream, catalog } = await this.#selected(object, signal);
    const names = new Set([object, streamOf(stream)]);
    const from = at(start, start.state);
    if (start.after) {
      let passed = from;
      let isSame = false;
      await using program = await this.#start(start, catalog, signal);
      for await (const step of stepsOf(program, names, from)) {
        if (isSame) yield step;
        else if (step.record && step.position.after!.records === (passed.after?.records ?? 0) + 1) {
          passed = step.position;
          if (passed.after!.records < start.after.records) continue;
          isSame = passed.after!.hash === start.after.hash;
          if (!isSame) break;
        } else break;
      }
      if (isSame) return;
    }
    await using program = await this.#start(start, catalog, signal);
    yield* stepsOf(program, names, from);
  }

  async #start({ state, since, window }: Position, catalog: Catalog | undefined, signal: AbortSignal) {
    const { startDateSetting, catalogArgument } = this.context.config;
    const first = since ?? window?.from;
    const program = await this.#runs.start({
      files: { ...(catalog && { [catalogArgument]: catalog }), ...(state !== undefined && { '--state': state }) },
      ...(startDateSetting !== undefined && first !== undefined && { settings: { [startDateSetting]: first } }),
      signal,
    });
    await program.write([]);
    return program;
  }
}

/** The records of one stream in a tap's output, and its end. @throws Retryable where it is not Singer's */
async function* stepsOf(program: Program, names: ReadonlySet<string>, from: Position): AsyncGenerator<Step> {
  let position = from;
  let schema: Step['schema'] | undefined;
  let line = 0;
  for await (const text of program.lines()) {
    line++;
    if (text.trim() === '') continue;
    const message: Message | string = messageIn(text);
    if (typeof message === 'string')
      throw program.rubbish(`printed what is no Singer message in line ${line}: ${message}`);
    if (message.type === 'STATE') {
      if (JSON.stringify(message.value).length > MAX_STATE_BYTES)
        throw program.rubbish(`printed a STATE of more than ${MAX_STATE_BYTES} bytes in line ${line}`);
      position = at(position, message.value);
    } else if (message.type === 'SCHEMA' && names.has(message.stream)) {
      schema = { key: message.key, bookmark: message.bookmarks[0] };
    } else if (message.type === 'RECORD' && names.has(message.stream)) {
      if (!schema) throw program.rubbish(`printed a RECORD before its SCHEMA in line ${line}`);
      position = after(position, message.record);
      yield { record: message.record, schema, position };
    }
  }
  yield { schema: { key: [], bookmark: undefined }, position: at(position, position.state) };
}

function recordOf(
  objectType: string,
  data: JsonObject,
  { key, bookmark }: Step['schema'],
): { readonly found?: SourceRecord; readonly problem?: RecordProblem } {
  const missing = key.find((name) => data[name] === undefined || data[name] === null || data[name] === '');
  if (missing !== undefined) {
    const message = `the key ${missing} has no value`;
    return { problem: { objectType, code: 'OBJECT_MISSING_ID', message, field: missing, data } };
  }
  const values = key.length > 0 ? key.map((name) => data[name]) : [JSON.stringify(data)];
  const externalId = values
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join('/');
  const time = bookmark === undefined ? undefined : data[bookmark];
  const deletedAt = data['_sdc_deleted_at'];
  return {
    found: {
      ...{ externalId, objectType, data },
      ...(typeof time === 'string' && isInstant(time) && { updatedAt: new Date(time).toISOString() }),
      ...(deletedAt !== undefined && deletedAt !== null && { deleted: true }),
    },
  };
}

/** Whether a record is in the range of a read, as far as it says. */
function isWanted({ updatedAt }: SourceRecord, { since, window }: Position): boolean {
  if (updatedAt === undefined) return true;
  const time = Date.parse(updatedAt);
  if (window) return isWithin({ window }, time);
  return since === undefined || time >= Date.parse(since);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
