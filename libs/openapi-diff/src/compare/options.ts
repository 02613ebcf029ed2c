import type { IgnoreRule } from '../ignore.js';

/** Levels of `x-stability-level`, lowest first; silence means stable. */
export const STABILITY_LEVELS = ['draft', 'alpha', 'beta', 'stable'] as const;

export type Stability = (typeof STABILITY_LEVELS)[number];

export interface ReportOptions {
  /** `oasdiff` reports exactly what oasdiff does, under its ids. Default `tidemark`. */
  readonly levels?: 'tidemark' | 'oasdiff';
  /** One change for each operation instead of one for each root cause. */
  readonly perOperation?: boolean;
}

export interface CompareOptions extends ReportOptions {
  /** The day that sunset dates are judged by. Default: today. */
  readonly now?: Date;
  /** The lowest stability level whose changes are reported. Default `beta`. */
  readonly stabilityLevel?: Stability;
  /** Least days between deprecation and sunset, by stability level. Default 0. */
  readonly minSunsetDays?: { beta?: number; stable?: number };
  /** Add the lines of the pointers, for documents whose text is at hand. Costs a scan of the text. */
  readonly lines?: boolean;
  /** What paths may begin with on either side without being others: `/v1`. */
  readonly prefixes?: readonly string[];
  /** Changes that are expected and left out. */
  readonly ignore?: IgnoreRule[];
}
