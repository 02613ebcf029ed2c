import { createHash } from 'node:crypto';
import type { BlobId, BlobSource, BlobStore } from '@tidemark/blob-store';
import { compare } from './compare.js';
import type { Counts, Difference } from './difference.js';
import type { CompareOptions } from './options.js';
import type { Snapshot } from './pending-snapshot.js';
import type { Key, Row } from './row.js';

/** Snapshots in memory. */
export class MemoryStore implements Pick<BlobStore, 'get' | 'put'> {
  readonly blobs = new Map<string, Buffer>();
  /** Set to let the next puts fail. */
  failure: Error | undefined;

  async put(source: BlobSource): Promise<{ id: BlobId; bytes: number }> {
    const pieces: Uint8Array[] = [];
    for await (const piece of source as AsyncIterable<Uint8Array>) pieces.push(Buffer.from(piece));
    if (this.failure !== undefined) throw this.failure;
    const bytes = Buffer.concat(pieces);
    const id: BlobId = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    this.blobs.set(id, bytes);
    return { id, bytes: bytes.length };
  }

  async *get(id: BlobId): AsyncIterable<Uint8Array> {
    yield this.blobs.get(id)!;
  }

  /** Stores any bytes under a made-up name. */
  keep(bytes: Buffer): BlobId {
    const id: BlobId = `sha256:${this.blobs.size}`;
    this.blobs.set(id, bytes);
    return id;
  }
}

export interface Outcome {
  readonly differences: Difference[];
  readonly counts: Counts;
  readonly snapshot: Snapshot;
  readonly spilledBytes: number;
}

/** Reads a comparison to its end and commits. */
export async function outcomeOf(
  rows: Iterable<Row> | AsyncIterable<Row>,
  options: CompareOptions,
  failed: Iterable<Key> = [],
): Promise<Outcome> {
  const comparison = compare(rows, options);
  const differences: Difference[] = [];
  for await (const difference of comparison) differences.push(difference);
  const snapshot = await comparison.commit(failed);
  return { differences, counts: { ...comparison.counts }, snapshot, spilledBytes: comparison.spilledBytes };
}

/** The same numbers from 0 to below 1 for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** In an order that depends on nothing but their keys, for comparing outcomes. */
export function sorted(differences: readonly Difference[]): Difference[] {
  const text = (difference: Difference) =>
    JSON.stringify([difference.type, 'key' in difference ? difference.key.map(String) : [], rowNumberOf(difference)]);
  return [...differences].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

const rowNumberOf = (difference: Difference): number => ('rowNumber' in difference ? difference.rowNumber : 0);
