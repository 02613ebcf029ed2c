import type { Effect } from '../../rules/schema-rules.js';
import type { CompareOptions, Stability } from '../options.js';

export type Direction = 'request' | 'response';

/** What kind of place the schema is used at; `property` is anything below a root. */
export type Scope = 'body' | 'property' | 'parameter' | 'parameter-property' | 'header' | 'header-property';

/** All of a use that decides which rule a finding falls under. */
export interface Setting {
  readonly direction: Direction;
  readonly scope: Scope;
  /** Values have types of their own, as in JSON. */
  readonly typed: boolean;
  /** The value may be repeated, so that one value is an array of one. */
  readonly repeats: boolean;
  /** Where a parameter goes: `query`, `path`, `header` or `cookie`. */
  readonly place: string | undefined;
  /** Of a parameter: it is always given, so that its default never counts. */
  readonly alwaysGiven: boolean;
  /** Stability of the operation; undefined when it is not a known level. */
  readonly level: Stability | undefined;
  readonly options: CompareOptions;
}

/** Whether to judge as oasdiff does. */
export const isField = ({ options }: Setting): boolean => options.levels === 'oasdiff';

export interface Judged {
  readonly rule: string;
  readonly effect: Effect;
  /** The predicate of the sentence, not yet filled in. */
  readonly says: string;
  readonly before?: string;
  readonly after?: string;
  /** It concerns what only the other side sends, so that it hurts nobody. */
  readonly harmless?: boolean;
}
