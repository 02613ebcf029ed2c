import { Comparison } from './comparison.js';
import type { Rows } from './intake/intake.js';
import { type CompareOptions, settingsOf } from './options.js';

/**
 * Compares rows, in any order, with the previous snapshot. Nothing is read before the first difference is requested,
 * and no further than the caller reads.
 * @throws TypeError for an invalid option
 */
export function compare(rows: Rows, options: CompareOptions): Comparison {
  return new Comparison(rows, settingsOf(options));
}
