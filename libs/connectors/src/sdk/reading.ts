import { ExternalError, PageSize } from '@tidemark/resilience';
import type { PageSizeLimits } from './manifest.js';
import type { CheckProblem, ReadRequest } from './source.js';

/** What a read asks for; remembered by its cursors. */
export type Scope = Pick<ReadRequest, 'since' | 'window'>;

/** Whether a time (milliseconds since 1970) falls into the window of a read, if it has one. The end is exclusive. */
export function isWithin({ window }: Scope, at: number): boolean {
  return !window || (at >= Date.parse(window.from) && at < Date.parse(window.to));
}

/** The page size that a read begins with; what is asked for is a limit, and may be below what is usual. */
export function pageSizeOf({ min, initial, max }: PageSizeLimits, asked?: number): PageSize {
  const most = Math.max(1, Math.min(asked ?? max, max));
  return new PageSize({ min: Math.min(min, most), max: most, initial: Math.min(asked ?? initial, most) });
}

/**
 * An error as what is wrong with a configuration. `address`: the field to be looked at when no answer came.
 * After an abort, and for what is no external error, throws it.
 */
export function checkProblemOf(error: unknown, signal: AbortSignal, address?: string): CheckProblem {
  if (signal.aborted || !(error instanceof ExternalError)) throw error;
  const { code, message, status, connection, field = connection && !status ? address : undefined } = error;
  return { code, message, ...(field !== undefined && { field }) };
}
