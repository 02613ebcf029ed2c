import { randomBytes } from 'node:crypto';
import type { OpenedDestination, Source, SourceRecord } from '@tidemark/connector-sdk';
import {
  PREVIEW_ROWS,
  TidemarkError,
  type DestinationSettings,
  type Preview,
  type PreviewRow,
  type TestConnection,
} from '@tidemark/contracts';
import type { ConnectorOpener } from '@tidemark/leg-runner';
import { mappedRecords, mappingOf, type MappedRecord, type MaskingKeyOf } from '../stages/mappings.js';
import { problemsOf, type Problem } from './problems.js';

export interface TestNeeds {
  readonly opener: ConnectorOpener;
  readonly maskingKey: MaskingKeyOf;
}

/** Milliseconds for the whole of one test, whatever the systems do. */
const LIMIT_MS = 10_000;
/** At once in this process: they take nothing from the jobs' share. */
const MOST = 16;
/** Characters of one row as JSON. */
const MAX_ROW = 20_000;

/** Tests a source and destinations, and shows what they would do. Nothing is written. */
export function testConnectionWith(needs: TestNeeds): (input: TestConnection) => Promise<Preview> {
  let running = 0;
  return async (input) => {
    if (running >= MOST) throw new TidemarkError('RATE_LIMITED', 'too many connections are tested now: try again soon');
    running += 1;
    const test = new Test(needs, input);
    try {
      return await test.run();
    } finally {
      // Closing may wait for a system that does not answer: the caller does not.
      void test.close().finally(() => (running -= 1));
    }
  };
}

class Test {
  readonly #signal = AbortSignal.timeout(LIMIT_MS);
  readonly #opened: { close(): Promise<void> }[] = [];
  readonly #problems: Problem[] = [];
  readonly #rows: PreviewRow[] = [];

  constructor(
    private readonly needs: TestNeeds,
    private readonly input: TestConnection,
  ) {}

  async run(): Promise<Preview> {
    const { source: settings, destinations = [], limit = PREVIEW_ROWS, tenant } = this.input;
    const [source] = await Promise.all([
      this.#tried('source', async () => this.#checked('source', await this.needs.opener.source(settings, tenant))),
      ...destinations.map((destination, at) =>
        this.#tried(`destinations[${at}]`, async () =>
          this.#checked(`destinations[${at}]`, await this.needs.opener.destination(destination, tenant)),
        ),
      ),
    ]);
    if (source && limit > 0) await this.#tried('source', () => this.#read(source as Source, limit));
    return { problems: this.#problems, rows: this.#rows };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#opened.map((one) => one.close()));
  }

  async #checked<T extends Source | OpenedDestination>(field: string, opened: T): Promise<T | undefined> {
    this.#opened.push(opened);
    const result = await opened.check(this.#signal);
    if (result.ok) return opened;
    for (const problem of result.problems) this.#problems.push(...problemsOf(field, problem));
    return undefined;
  }

  /** Undefined when it failed, with the problem noted, also when the work goes on after the time is over. */
  async #tried<T>(field: string, work: () => Promise<T>): Promise<T | undefined> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const abort = () => reject(new Error('late'));
    this.#signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      const slow = { code: 'TIMEOUT', message: `did not answer within ${LIMIT_MS / 1000} seconds` };
      this.#problems.push(...problemsOf(field, this.#signal.aborted ? slow : error));
      return undefined;
    } finally {
      this.#signal.removeEventListener('abort', abort);
    }
  }

  async #read(source: Source, limit: number): Promise<void> {
    const { source: settings, destinations = [] } = this.input;
    const wanted = this.input.object ?? settings.objects?.[0];
    const object = wanted ?? (await source.objects?.(this.#signal))?.[0]?.name;
    if (object === undefined) return;
    const pages = source.read({ object, pageSize: limit, signal: this.#signal });
    const page = await pages[Symbol.asyncIterator]().next();
    if (page.done) return;
    const { records, problems } = page.value;
    const isMasked = destinations.some(({ mapping = [] }) => mapping.some(({ mask }) => mask !== undefined));
    for (const { code, message, field, externalId } of problems.slice(0, limit))
      this.#rows.push({
        ...{ object, problem: { code, message, ...(field !== undefined && { field }) } },
        ...(externalId !== undefined && !isMasked && { externalId }),
      });
    const shown = records.slice(0, limit).filter(({ deleted }) => !deleted);
    if (destinations.length === 0) for (const { externalId, data } of shown) this.#show({ object, externalId }, data);
    for (const [at, destination] of destinations.entries())
      await this.#tried(`destinations[${at}]`, () => this.#showMapped(object, destination, shown));
  }

  async #showMapped(object: string, settings: DestinationSettings, records: readonly SourceRecord[]): Promise<void> {
    const { tenant, connectionId } = this.input;
    const mapping = await mappingOf(settings, async () =>
      connectionId === undefined ? randomBytes(32) : this.needs.maskingKey({ tenant, connectionId }),
    );
    const shown: readonly MappedRecord[] = mapping ? await mappedRecords(mapping, records) : records;
    for (const { externalId, data, problem, hidesId } of shown)
      this.#show(
        { object, destination: settings.name, ...(!hidesId && { externalId }), ...(problem && { problem }) },
        data,
      );
  }

  #show(row: PreviewRow, data: NonNullable<PreviewRow['row']>): void {
    const isSmall = JSON.stringify(data).length <= MAX_ROW;
    this.#rows.push({ ...row, ...(isSmall && { row: data }) });
  }
}
