import type { BlobCorrupt, BlobNotFound, BlobTooLarge } from '@tidemark/blob-store';
import type { ErrorCode, Failure } from '@tidemark/contracts';
import { ExternalError } from '@tidemark/resilience/external-error';

export interface StageFailedOptions extends ErrorOptions {
  /** False: a retry cannot succeed. Default true. */
  readonly retryable?: boolean;
  /** Milliseconds that the source or destination asked us to wait. */
  readonly retryAfterMs?: number;
}

/** Failures of Tidemark's own stores, which stages read and write. */
const storeCodes: ReadonlySet<unknown> = new Set<ErrorCode | (BlobNotFound | BlobCorrupt | BlobTooLarge)['code']>([
  'BLOB_NOT_FOUND',
  'BLOB_CORRUPT',
  'BLOB_TOO_LARGE',
  'BLOB_STORE_UNAVAILABLE',
  'RECORD_STORE_UNAVAILABLE',
  'VAULT_UNAVAILABLE',
  'EVENT_STORE_UNAVAILABLE',
  'READ_MODEL_UNAVAILABLE',
]);

/** What is gone from the blob store does not come back: the next job reads the source again. */
const lostCodes: ReadonlySet<unknown> = new Set(['BLOB_NOT_FOUND', 'BLOB_CORRUPT']);

/** As Tidemark's own codes are written; those of the system, such as ENOENT, are one word. */
const OWN_CODE = /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/;

/** Tenants do not see where this machine keeps its files. */
const withoutPaths = (message: string): string =>
  message
    .replace(/(['"`])(?:file:\/\/)?(?:[A-Za-z]:\\|\/)[^'"`]*\1/g, '$1…$1')
    .replace(/(^|[\s'"`(=:[])(?:file:\/\/)?(?:[A-Za-z]:\\|\/)[^\s'"`()\],;:]+/g, '$1…');

/** An error may say what it is, and that a retry is no use. */
interface Coded extends Error {
  readonly code?: string;
  readonly retryable?: boolean;
}

/** The one error that ends a stage; any other error becomes one. */
export class StageFailed extends Error {
  override readonly name = 'StageFailed';
  readonly retryable: boolean;
  readonly retryAfterMs?: number;

  constructor(
    /** Upper snake case: `SOURCE_INVALID`. */
    readonly code: string,
    message: string,
    { retryable = true, retryAfterMs, cause }: StageFailedOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryable = retryable;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }

  /**
   * The failure of an external system or a store keeps its code, as does an error that says it is no use to retry; an
   * unexpected one is INTERNAL, and retried.
   */
  static from(error: unknown): StageFailed {
    if (error instanceof StageFailed) return error;
    if (error instanceof ExternalError) {
      const { code, message, retryable, retryAfterMs } = error;
      return new StageFailed(code, message, { retryable, retryAfterMs, cause: error });
    }
    const { code, message, retryable } = error instanceof Error ? (error as Coded) : { message: String(error) };
    const shown = withoutPaths(message);
    if (OWN_CODE.test(code ?? '') && retryable === false)
      return new StageFailed(code!, shown, { retryable, cause: error });
    const known = storeCodes.has(code) ? code! : 'INTERNAL';
    return new StageFailed(known, shown, { retryable: !lostCodes.has(code), cause: error });
  }

  /** An error of this installation, and none of the connection: its whole text is for the operator's log. */
  get isOurs(): boolean {
    return this.code === 'INTERNAL' || storeCodes.has(this.code);
  }

  /** As recorded in the job's history. */
  get failure(): Failure {
    return { code: this.code, message: this.message };
  }
}
