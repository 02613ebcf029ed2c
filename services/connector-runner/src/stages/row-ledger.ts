import { readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { RowResult } from '@tidemark/connector-sdk';
import type { JsonObject } from '@tidemark/foundation';
import type { JobInfo } from '@tidemark/pipelines';
import {
  contentHash,
  failedRowId,
  type Decision,
  type FailedRow,
  type FailedRowFilter,
  type FailedRows,
  type RefusedRow,
  type RowRef,
  type Scope,
} from '@tidemark/record-store';

/** A row that was written, as it was before any correction, and what became of it. */
export interface TriedRow extends RowRef, Pick<RefusedRow, 'data' | 'action'> {
  readonly result: RowResult;
}

export const scopeOf = ({ tenant, connectionId }: Pick<JobInfo, 'tenant' | 'connectionId'>) => ({
  tenant,
  connectionId,
});

/** Records which rows are not in their destination. Call it before the checkpoint that covers them. */
export class RowLedger {
  private constructor(
    private readonly rows: FailedRows,
    private readonly job: JobInfo,
    private readonly now: () => number,
    private isEmpty: boolean,
  ) {}

  static async open(rows: FailedRows, job: JobInfo, now: () => number): Promise<RowLedger> {
    const { total } = await rows.list(scopeOf(job), { limit: 1 });
    return new RowLedger(rows, job, now, total === 0);
  }

  /** @param changed ids of rows whose decision no longer holds */
  async record(tried: readonly TriedRow[], changed: readonly string[] = []): Promise<void> {
    const isAnyRefused = tried.some(({ result }) => result.status === 'failed');
    // Rows that arrive are looked for only where some are missing.
    if (this.isEmpty && !isAnyRefused && changed.length === 0) return;
    this.isEmpty &&= !isAnyRefused;
    // Of a row that comes twice, the last state counts.
    const last = new Map(tried.map((row) => [failedRowId(row), row]));
    const refused: RefusedRow[] = [];
    const settled: string[] = [];
    for (const [id, { result, ...row }] of last) {
      if (result.status !== 'failed') settled.push(id);
      else {
        const { code, message, field } = result;
        refused.push({ ...row, code, message, ...(field !== undefined && { field }) });
      }
    }
    await this.rows.record({ ...scopeOf(this.job), jobId: this.job.id, at: this.now(), refused, settled, changed });
  }
}

/** What was decided about rows of a connection before its job began. */
export class Decisions {
  #changed: string[] = [];

  /** Nothing was decided about any row. */
  get isEmpty(): boolean {
    return this.byId.size === 0;
  }

  constructor(private readonly byId: ReadonlyMap<string, Decision>) {}

  /** As `store` left them: a job holds to what was decided when it began, also in a successor. */
  static async stored(blobs: BlobStore, id: BlobId | undefined): Promise<Decisions> {
    return new Decisions(new Map(id && (await readJson<[string, Decision][]>(blobs, id))));
  }

  /** Undefined: there are none. */
  static async store(blobs: BlobStore, byId: ReadonlyMap<string, Decision>): Promise<BlobId | undefined> {
    return byId.size === 0 ? undefined : (await blobs.put(JSON.stringify([...byId]))).id;
  }

  /** Ids of the rows asked about that have changed since, so that nothing is decided about them any more. */
  takeChanged(): readonly string[] {
    const changed = this.#changed;
    this.#changed = [];
    return changed;
  }

  /** The row's values as corrected; null: it was discarded; undefined: nothing was decided about the row as it is now. */
  about(ref: RowRef, data: JsonObject): JsonObject | null | undefined {
    if (this.byId.size === 0) return undefined;
    const id = failedRowId(ref);
    const decision = this.byId.get(id);
    if (!decision) return undefined;
    if (decision.hash === contentHash(data)) return decision.set && { ...data, ...decision.set };
    this.#changed.push(id);
    return undefined;
  }
}

const PAGE = 500;

/** All open rows that the filter matches, the oldest first. */
export async function* eachFailedRow(
  rows: FailedRows,
  scope: Scope,
  filter: FailedRowFilter,
): AsyncGenerator<FailedRow> {
  for (let after: string | null | undefined; after !== null;) {
    const page = await rows.list(scope, { ...filter, limit: PAGE, ...(after !== undefined && { after }) });
    yield* page.rows;
    after = page.next;
  }
}
