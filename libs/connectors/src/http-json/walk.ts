import type { PageSize } from '@tidemark/resilience';
import type { ApiPage, Bounds } from './api-object.js';
import type { Place } from './cursor.js';

/** What is left of a read of one object, and how it is requested. */
export interface Walk {
  readonly from: Place;
  readonly bounds: Bounds;
  readonly size: PageSize;
  readonly signal: AbortSignal;
}

/** A page on its way to the caller, and the place after it. */
export interface Walked {
  readonly page: Pick<ApiPage, 'records' | 'problems' | 'estimate' | 'date'>;
  /** Null after the last page. */
  readonly next: Place | null;
}
