import { PageSize } from '@tidemark/resilience';
import type { PageSizeRange } from './manifest/manifest.js';

/** The initial page size of a read; the requested one is an upper limit, and may be below the manifest's `min`. */
export function requestedPageSize({ min, initial, max }: PageSizeRange, requested?: number): PageSize {
  const most = Math.max(1, Math.min(requested ?? max, max));
  return new PageSize({ min: Math.min(min, most), max: most, initial: Math.min(requested ?? initial, most) });
}
