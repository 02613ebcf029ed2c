import type { PageSize } from '@tidemark/resilience';
import type { ApiPage } from './api-object.js';
import type { Place } from './cursor.js';
import type { Bounds } from './record-mapper.js';

/** The remaining read of one object, and how to request it. */
export interface Walk {
  readonly from: Place;
  readonly bounds: Bounds;
  readonly size: PageSize;
  readonly signal: AbortSignal;
}

/** A page for the caller, and the position after it. */
export interface Walked {
  readonly page: Pick<ApiPage, 'records' | 'problems' | 'estimate' | 'date'>;
  /** Null after the last page. */
  readonly next: Place | null;
}
