import type { Effect } from '../../rules/schema-rules.js';
import type { CompareOptions, Stability } from '../options.js';

export type Direction = 'request' | 'response';

/** What kind of place the schema is used at; `property` is anything below a root. */
export type Scope = 'body' | 'property' | 'parameter' | 'parameter-property' | 'header' | 'header-property';

/** All of a use that decides which rule a finding falls under. */
export interface Setting {
  direction: Direction;
  scope: Scope;
  /** Values have types of their own, as in JSON. */
  typed: boolean;
  /** The value may be repeated, so that one value is an array of one. */
  repeats: boolean;
  /** Where a parameter goes: `query`, `path`, `header` or `cookie`. */
  place: string | undefined;
  /** Of a parameter: it is always given, so that its default never counts. */
  alwaysGiven: boolean;
  /** Stability of the operation; undefined when it is not a known level. */
  level: Stability | undefined;
  options: CompareOptions;
}

/** Whether to judge as oasdiff does. */
export function isField({ options }: Setting): boolean {
  return options.levels === 'oasdiff';
}

export interface Judged {
  rule: string;
  effect: Effect;
  /** The predicate of the sentence, not yet filled in. */
  says: string;
  before?: string;
  after?: string;
  /** It concerns what only the other side sends, so that it hurts nobody. */
  harmless?: boolean;
}
