import type { BlobId } from '@tidemark/blob-store';
import type { BySeverity, Cursor } from '@tidemark/contracts';

/** The output of each stage of a dependency's pipeline: small JSON that is part of an event. */
export interface DependencyOutputs {
  readonly fetch: FetchOutput | Unchanged;
  readonly parse: ParseOutput;
  readonly normalize: NormalizeOutput;
  readonly snapshot: SnapshotOutput | Unchanged;
  readonly diff: DiffOutput;
  readonly persist: { readonly recorded: number };
  readonly alert: AlertOutput;
}

/** The source is unchanged: the job ends here, and the snapshot stays the same. */
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
  /** The final URL after redirects, without query. */
  readonly url: string;
  /** The part of the source that the cursor will keep. */
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
  /** Hash of the normalized content: the same for the same API, regardless of its formatting. */
  readonly contentHash: string;
  readonly title: string;
  readonly apiVersion: string;
  readonly operations: number;
}

export interface SnapshotOutput extends NormalizeOutput, ParseOutput, Pick<FetchOutput, 'rawBlob' | 'bytes'> {
  readonly snapshotId: string;
  /** The previous snapshot; null for the baseline. */
  readonly previous: {
    readonly snapshotId: string;
    readonly canonicalBlob: BlobId;
    readonly contentHash: string;
  } | null;
}

/** A baseline has no changes: there is no previous snapshot, or its document was lost from the blob store. */
export type DiffOutput =
  | { readonly baseline: true; readonly lost?: { readonly snapshotId: string; readonly code: string } }
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

/** The state that a dependency keeps from its last completed job: the current snapshot, and how it was fetched. */
export interface DependencyCursor extends Cursor {
  readonly snapshotId: string;
  readonly canonicalBlob: BlobId;
  readonly contentHash: string;
  readonly operations: number;
  /** The document last read, with the documents it refers to: identical ones mean that nothing has changed. */
  readonly documentBlob: BlobId;
  readonly externalRefs: number;
  /** Hash of the config's parts that a server's answer depends on. */
  readonly request: string;
  /** Hash of the URL that answered, which the validators belong to; the URL itself may hold a secret. */
  readonly urlHash: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** Whether a stage took a snapshot, or found that none is needed. */
export const isUnchanged = (output: object): output is Unchanged => 'unchanged' in output && output.unchanged === true;
