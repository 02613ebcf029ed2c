import type { SubscribeOptions } from './port.js';

/** The checks common to all adapters. @throws RangeError that names the option */
export function checkSubscribeOptions({ categories, after, batchSize }: SubscribeOptions): void {
  if (categories?.length === 0) {
    throw new RangeError('categories: expected at least one, or none at all for every stream');
  }
  if (after !== 'end' && !(Number.isSafeInteger(after) && after >= -1)) {
    throw new RangeError(`after: expected a position, -1 or "end", got ${after}`);
  }
  if (batchSize !== undefined && !(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
    throw new RangeError(`batchSize: expected at least 1, got ${batchSize}`);
  }
}
