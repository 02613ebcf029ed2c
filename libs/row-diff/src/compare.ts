import { Comparison } from './comparison.js';
import type { Rows } from './intake/intake.js';
import { type CompareOptions, settingsOf } from './options.js';

/**
 * Compares rows, in any order, with the snapshot of the last ones. Nothing is read before the first difference is asked
 * for, and no further than the caller asks.
 * @throws TypeError for an option that cannot be
 */
export function compare(rows: Rows, options: CompareOptions): Comparison {
  return new Comparison(rows, settingsOf(options));
}
