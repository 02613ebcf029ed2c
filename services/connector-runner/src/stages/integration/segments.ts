import { readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { Page } from '@tidemark/connector-sdk';
import type { MappedRecord } from '../mappings.js';

/** Consecutive pages of an object that are written together, between two checkpoints. */
export interface Segment extends Page {
  readonly pages: number;
}

/** A segment as its job has it in the blob store. */
export interface KeptSegment extends Segment {
  /** The records as each destination with a mapping gets them; those alone, where all destinations have one. */
  readonly mapped?: { readonly [sink: string]: readonly MappedRecord[] };
  /** The job that read it: part of the ids of its batches, also when another job goes on with it. */
  readonly jobId: string;
}

/** A segment is closed after this time, or this many records; the first ones sooner, so that a short run gets on too. */
const SEGMENT_MS = 1000;
const SEGMENT_RECORDS = 5000;

/** Joins pages that arrive quickly; one that takes longer is a segment of its own. */
export async function* segmentsOf(pages: AsyncIterable<Page>, now: () => number): AsyncGenerator<Segment> {
  const startedAt = now();
  let open: Segment | undefined;
  let openedAt = 0;
  for await (const page of pages) {
    if (!open) openedAt = now();
    open = open ? joined(open, page) : { ...page, pages: 1 };
    const elapsed = now() - openedAt;
    const isFull = open.records.length + open.problems.length >= SEGMENT_RECORDS;
    if (page.hasMore && !isFull && elapsed >= 0 && elapsed < Math.min(SEGMENT_MS, openedAt - startedAt)) continue;
    yield open;
    open = undefined;
  }
  if (open) yield open;
}

const joined = (before: Segment, page: Page): Segment => ({
  ...page,
  records: [...before.records, ...page.records],
  problems: [...before.problems, ...page.problems],
  pages: before.pages + 1,
});

/** The pages up to this many records, problems included. */
export async function* upTo(pages: AsyncIterable<Page>, most: number): AsyncGenerator<Page> {
  let left = most;
  for await (const page of pages) {
    const records = page.records.slice(0, left);
    const problems = page.problems.slice(0, left - records.length);
    left -= records.length + problems.length;
    yield { ...page, records, problems, hasMore: page.hasMore && left > 0 };
    if (left <= 0) return;
  }
}

/**
 * Stores a segment before it is written: a successor writes the same batches again, whatever the source answers by then,
 * so that destinations recognize them.
 */
export async function keep(blobs: BlobStore, part: string, { jobId, ...segment }: KeptSegment): Promise<BlobId> {
  return (await blobs.put(JSON.stringify({ jobId, part, segment }))).id;
}

/** @throws BlobNotFound · BlobCorrupt */
export async function kept(blobs: BlobStore, id: BlobId): Promise<KeptSegment> {
  const { jobId, segment } = await readJson<{ readonly jobId: string; readonly segment: Omit<KeptSegment, 'jobId'> }>(
    blobs,
    id,
  );
  return { ...segment, jobId };
}
