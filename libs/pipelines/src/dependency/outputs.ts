import type { BlobId } from '@tidemark/blob-store';
import type { BySeverity, Cursor } from '@tidemark/contracts';

/** What each stage of a dependency's pipeline leaves for its successors: small JSON that is part of an event. */
export interface DependencyOutputs {
  readonly fetch: FetchOutput | Unchanged;
  readonly parse: ParseOutput;
  readonly normalize: NormalizeOutput;
  readonly snapshot: SnapshotOutput | Unchanged;
  readonly diff: DiffOutput;
  readonly persist: { readonly recorded: number };
  readonly alert: AlertOutput;
}

/** The source is as it was: the job ends here, and the snapshot stays the one it was. */
export interface Unchanged {
  readonly unchanged: true;
  readonly snapshotId: string;
  readonly contentHash: string;
}

export interface FetchOutput {
  /** The body of the root document, byte by byte. */
  readonly rawBlob: BlobId;
  /** Of all documents together. */
  readonly bytes: number;
  /** The URL that answered in the end, without query. */
  readonly url: string;
  /** What the cursor will keep of the source. */
  readonly source: Pick<
    DependencyCursor,
    'documentBlob' | 'externalRefs' | 'request' | 'urlHash' | 'etag' | 'lastModified'
  >;
}

export interface ParseOutput {
  readonly format: 'json' | 'yaml';
  /** As the document states it, such as `3.0.3`. */
  readonly specVersion: string;
}

export interface NormalizeOutput {
  readonly canonicalBlob: BlobId;
  /** Hash of the normalized content: the same for the same API, however it is written. */
  readonly contentHash: string;
  readonly title: string;
  readonly apiVersion: string;
  readonly operations: number;
}

export interface SnapshotOutput extends NormalizeOutput, ParseOutput, Pick<FetchOutput, 'rawBlob' | 'bytes'> {
  readonly snapshotId: string;
  /** The snapshot before it; null for the baseline. */
  readonly previous: {
    readonly snapshotId: string;
    readonly canonicalBlob: BlobId;
    readonly contentHash: string;
  } | null;
}

/** A baseline has no changes. */
export type DiffOutput =
  | { readonly baseline: true }
  | {
      readonly baseline: false;
      /** JSON: the changes as they are recorded. */
      readonly changesBlob: BlobId;
      readonly total: number;
      readonly bySeverity: BySeverity;
      /** When the changes were found, milliseconds since the epoch. */
      readonly at: number;
    };

export interface AlertOutput {
  readonly alerted: boolean;
  /** Changes that the ignore list expects. */
  readonly ignored?: number;
  /** Of a provider: subscriptions that were notified. */
  readonly told?: number;
}

/** What a dependency remembers of its last completed job: the current snapshot, and how it was fetched. */
export interface DependencyCursor extends Cursor {
  readonly snapshotId: string;
  readonly canonicalBlob: BlobId;
  readonly contentHash: string;
  readonly operations: number;
  /** The document last read, with the documents it refers to: the same again means that nothing has changed. */
  readonly documentBlob: BlobId;
  readonly externalRefs: number;
  /** Hash of the config's parts that a server's answer depends on. */
  readonly request: string;
  /** Hash of the URL that answered, which the validators belong to; the URL itself may hold a secret. */
  readonly urlHash: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** Whether a stage took a snapshot, or found that there is none to take. */
export const isUnchanged = (output: object): output is Unchanged => 'unchanged' in output && output.unchanged === true;
