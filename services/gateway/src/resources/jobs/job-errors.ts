import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { JobEventPage, JobEventView, RowError, RowErrorGroup, RowErrors } from '@tidemark/contracts';
import { messagePattern } from '@tidemark/foundation';

const MAX_GROUPS = 100;

/** Reads the events of a job from a revision on. */
export type ReadEvents = (from: number) => Promise<JobEventPage>;

/** What `find` finds in the events of a job, in order. */
export async function foundIn<T>(read: ReadEvents, find: (event: JobEventView) => readonly T[]): Promise<T[]> {
  const found: T[] = [];
  for (let from = 0; ;) {
    const { events } = await read(from);
    found.push(...events.flatMap(find));
    const last = events.at(-1);
    if (!last) return found;
    from = last.revision + 1;
  }
}

/** The lists of errors of a checkpoint. */
export const errorsIn = ({ type, data }: JobEventView): RowErrors[] => {
  const { errors } = data as { readonly errors?: RowErrors };
  return type === 'CheckpointSaved' && errors ? [errors] : [];
};

/** The blob with what a dry run would have written. */
export const previewIn = ({ type, data }: JobEventView): BlobId[] => {
  const { output } = data as { readonly output?: { readonly preview?: BlobId } };
  return type === 'StageCompleted' && output?.preview ? [output.preview] : [];
};

export interface Errors {
  readonly data: readonly RowError[];
  readonly total: number;
  readonly groups: readonly RowErrorGroup[];
}

export interface WantedErrors {
  /** Index of the first, among those wanted. */
  readonly from: number;
  readonly most: number;
  readonly code?: string;
  readonly pattern?: string;
}

/** A part of the errors, and the kinds of all of them. One list is in memory at a time. @throws BlobNotFound */
export async function errorsOf(blobs: BlobStore, lists: readonly RowErrors[], wanted: WantedErrors): Promise<Errors> {
  const { from, most, code, pattern } = wanted;
  const groups = new Map<string, { code: string; pattern: string; count: number }>();
  const data: RowError[] = [];
  let total = 0;
  for (const { blob } of lists) {
    const text = (await readBlob(blobs, blob as BlobId)).toString('utf8');
    for (const line of text.split('\n')) {
      const error = JSON.parse(line) as RowError;
      const kind = { code: error.code, pattern: messagePattern(error.message) };
      const key = JSON.stringify(kind);
      const group = groups.get(key) ?? { ...kind, count: 0 };
      groups.set(key, { ...group, count: group.count + 1 });
      if ((code !== undefined && code !== kind.code) || (pattern !== undefined && pattern !== kind.pattern)) continue;
      if (total >= from && data.length < most) data.push(error);
      total += 1;
    }
  }
  const frequent = [...groups.values()].sort((a, b) => b.count - a.count);
  return { data, total, groups: frequent.slice(0, MAX_GROUPS) };
}
