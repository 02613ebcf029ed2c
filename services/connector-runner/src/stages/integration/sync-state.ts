import type { BlobId } from '@tidemark/blob-store';
import type { Checkpoint, Counts, Cursor, SinkResult } from '@tidemark/contracts';
import type { IntegrationPipeline, ObjectEnd, StageContext } from '@tidemark/pipelines';
import { packed, unpacked } from './object-cursors.js';
import { ErrorList } from './row-errors.js';

type Context = StageContext<IntegrationPipeline>;

/** Between two checkpoints, when pages are short. */
const CHECKPOINT_MS = 1000;

/** The object that is being read. */
export interface CurrentObject {
  readonly object: string;
  /** Pages read and written. */
  readonly pages: number;
  /** Records read and written, problems included. Absent: none. */
  readonly records?: number;
  /** Those that could not be used. Absent: none. */
  readonly problems?: number;
  /** Where to go on; absent before the first page. */
  readonly cursor?: Cursor;
  /** Pages behind the cursor that were read, and are perhaps not yet written. */
  readonly ahead?: BlobId;
  /** The source no longer took the cursor, and the object is read from its beginning. */
  readonly restarted?: boolean;
}

/** What a checkpoint of the stage holds as its cursor. */
interface Saved extends Cursor {
  readonly ended: { readonly [object: string]: ObjectEnd } | BlobId;
  readonly current?: CurrentObject;
}

type RecordCounts = { -readonly [Name in Exclude<keyof Counts, 'total'>]: number };

const none: RecordCounts = { processed: 0, failed: 0, created: 0, updated: 0, deleted: 0, skipped: 0 };

/** How far the stage has got. What is recorded here has been written; a checkpoint makes it durable. */
export class SyncState {
  readonly errors = new ErrorList();
  readonly counts: RecordCounts;
  readonly sinks: { [name: string]: SinkResult };
  readonly ended: { [object: string]: ObjectEnd };
  current: CurrentObject | undefined;
  #savedAt: number;
  #isDirty = false;

  private constructor(
    private readonly context: Context,
    ended: { readonly [object: string]: ObjectEnd },
    saved: Checkpoint | null,
  ) {
    this.counts = { ...none, ...saved?.counts };
    this.sinks = { ...saved?.sinks };
    this.ended = { ...ended };
    this.current = (saved?.cursor as Saved | undefined)?.current;
    this.#savedAt = context.now();
  }

  /** As the last checkpoint left it. */
  static async resumed(context: Context): Promise<SyncState> {
    const saved = context.resumeFrom;
    const ended = await unpacked((saved?.cursor as Saved | undefined)?.ended ?? {}, context.blobs);
    return new SyncState(context, ended, saved);
  }

  count(results: Iterable<{ readonly status: keyof Omit<RecordCounts, 'processed'> }>): void {
    for (const { status } of results) {
      this.counts.processed += 1;
      this.counts[status] += 1;
    }
    this.#isDirty = true;
  }

  begin(current: CurrentObject): void {
    this.current = current;
    this.#isDirty = true;
  }

  end(object: string, end: ObjectEnd): void {
    this.ended[object] = end;
    this.current = undefined;
    this.#isDirty = true;
  }

  /** Saves the state when a second has passed since the last time. */
  async save({ now = false } = {}): Promise<void> {
    const { context } = this;
    const time = context.now();
    const isDue = now || this.errors.isFull || time - this.#savedAt >= CHECKPOINT_MS || time < this.#savedAt;
    if (!this.#isDirty || !isDue) return;
    const { blobs } = context;
    const cursor: Saved = { ended: await packed(this.ended, blobs), ...(this.current && { current: this.current }) };
    const errors = await this.errors.store(blobs);
    const sinks = Object.keys(this.sinks).length > 0 ? { sinks: { ...this.sinks } } : {};
    await context.checkpoint({ cursor, counts: { ...this.counts }, ...sinks, ...(errors && { errors }) });
    this.#savedAt = context.now();
    this.#isDirty = false;
  }
}
