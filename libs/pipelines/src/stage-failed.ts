import type { Failure } from '@tidemark/contracts';
import { ExternalError } from '@tidemark/resilience/external-error';

export interface StageFailedOptions extends ErrorOptions {
  /** False: a retry cannot succeed. Default true. */
  readonly retryable?: boolean;
  /** Milliseconds that the source or destination asked us to wait. */
  readonly retryAfterMs?: number;
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

  /** An external system's failure keeps its code; an unexpected error is INTERNAL, and retried. */
  static from(error: unknown): StageFailed {
    if (error instanceof StageFailed) return error;
    if (error instanceof ExternalError) {
      const { code, message, retryable, retryAfterMs } = error;
      return new StageFailed(code, message, { retryable, retryAfterMs, cause: error });
    }
    return new StageFailed('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  }

  /** As recorded in the job's history. */
  get failure(): Failure {
    return { code: this.code, message: this.message };
  }
}
