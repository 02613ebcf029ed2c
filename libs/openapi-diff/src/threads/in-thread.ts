import type { Jobs } from './jobs.js';
import { pool, type ThreadOptions } from './pool.js';

/**
 * Does a job in a thread. Large inputs are handed over: the arrays are empty afterwards.
 * @throws ParseError · LimitExceeded · the signal's reason
 */
export const inThread = async <Name extends keyof Jobs>(
  job: Name,
  input: Parameters<Jobs[Name]>,
  options: ThreadOptions = {},
): Promise<ReturnType<Jobs[Name]>> => (await pool.run({ job, input }, options)) as ReturnType<Jobs[Name]>;
