import type { Both } from '../../both.js';
import type { Direction, Rule } from '../../rules/rule.js';
import type { Scope } from '../../rules/schema-rules.js';
import type { CompareOptions, Stability } from '../options.js';

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

/** A finding under a rule; the texts are for its sentence. */
export interface Judged extends Partial<Both<string>> {
  readonly rule: Rule;
  /** It concerns what only the other side sends, so that no caller is affected. */
  readonly harmless?: boolean;
}
