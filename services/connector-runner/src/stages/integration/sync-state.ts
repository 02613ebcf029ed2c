import type { BlobId } from '@tidemark/blob-store';
import type { Checkpoint, Counts, Cursor, SinkResult } from '@tidemark/contracts';
import type { IntegrationPipeline, ObjectEnd, StageContext } from '@tidemark/pipelines';
import { packed, unpacked } from './object-cursors.js';
import { ErrorList } from './row-errors.js';

type Context = StageContext<IntegrationPipeline>;

/** Between two checkpoints, when pages are short. */
const CHECKPOINT_MS = 1000;

/** An object, or a slice of one, that is being read. */
export interface OpenPart {
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
  readonly ended: { readonly [part: string]: ObjectEnd } | BlobId;
  readonly open?: { readonly [part: string]: OpenPart } | BlobId;
  /** As the first versions wrote it, in place of `open`. */
  readonly current?: OpenPart & { readonly object: string };
}

type RecordCounts = { -readonly [Name in Exclude<keyof Counts, 'total'>]: number };

const none: RecordCounts = { processed: 0, failed: 0, created: 0, updated: 0, deleted: 0, skipped: 0 };

/** How far the stage has got. What is recorded here has been written; a checkpoint makes it durable. */
export class SyncState {
  readonly errors = new ErrorList();
  readonly counts: RecordCounts;
  readonly sinks: { [name: string]: SinkResult };
  readonly ended: { [part: string]: ObjectEnd };
  readonly open: { [part: string]: OpenPart };
  #savedAt: number;
  #isDirty = false;
  #saving: Promise<void> = Promise.resolve();

  private constructor(
    private readonly context: Context,
    parts: Pick<SyncState, 'ended' | 'open'>,
    saved: Checkpoint | null,
  ) {
    this.counts = { ...none, ...saved?.counts };
    this.sinks = { ...saved?.sinks };
    this.ended = { ...parts.ended };
    this.open = { ...parts.open };
    this.#savedAt = context.now();
  }

  /** As the last checkpoint left it. */
  static async resumed(context: Context): Promise<SyncState> {
    const { resumeFrom: saved, blobs } = context;
    const {
      ended = {},
      current,
      open = current ? { [current.object]: current } : {},
    } = (saved?.cursor ?? {}) as Partial<Saved>;
    const parts = { ended: await unpacked(ended, blobs), open: await unpacked(open, blobs) };
    return new SyncState(context, parts, saved);
  }

  count(results: Iterable<{ readonly status: keyof Omit<RecordCounts, 'processed'> }>): void {
    for (const { status } of results) {
      this.counts.processed += 1;
      this.counts[status] += 1;
    }
    this.#isDirty = true;
  }

  /** Sets how far a part has got. */
  begin(part: string, open: OpenPart): void {
    this.open[part] = open;
    this.#isDirty = true;
  }

  end(part: string, end: ObjectEnd): void {
    this.ended[part] = end;
    delete this.open[part];
    this.#isDirty = true;
  }

  /** Saves the state when a second has passed since the last time, or now. Parts that wait share a checkpoint. */
  save({ now = false } = {}): Promise<void> {
    const saved = this.#saving.then(() => this.#save(now));
    this.#saving = saved.catch(() => {}); // Reported to those who wait for it.
    return saved;
  }

  async #save(now: boolean): Promise<void> {
    const { context } = this;
    const time = context.now();
    const isDue = now || this.errors.isFull || time - this.#savedAt >= CHECKPOINT_MS || time < this.#savedAt;
    if (!this.#isDirty || !isDue) return;
    // Everything is taken at once: other parts go on while it is stored.
    this.#isDirty = false;
    const [ended, open, counts, sinks] = [{ ...this.ended }, { ...this.open }, { ...this.counts }, { ...this.sinks }];
    const storing = this.errors.store(context.blobs);
    const cursor: Saved = { ended: await packed(ended, context.blobs), open: await packed(open, context.blobs) };
    const errors = await storing;
    const some = Object.keys(sinks).length > 0 ? { sinks } : {};
    await context.checkpoint({ cursor, counts, ...some, ...(errors && { errors }) });
    this.#savedAt = context.now();
  }
}
