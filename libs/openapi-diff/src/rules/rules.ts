import type { Level, Severity } from '../change.js';
import { API_RULES } from './api-rules.js';
import { PROPERTY_RULES } from './property-rules.js';
import type { Rule } from './rule.js';
import { SCHEMA_RULES } from './schema-rules.js';

/** Every rule by its id. Where two have one id, the one that is listed first counts. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  [...Object.values<Rule>(API_RULES), ...PROPERTY_RULES.values(), ...SCHEMA_RULES.values()]
    .reverse()
    .map((rule) => [rule.id, rule]),
);

/** oasdiff's level of a rule; for our own rules the nearest to their severity. */
export const levelOf = ({ oasdiff }: Rule, severity: Severity): Level =>
  oasdiff ?? (severity === 'breaking' ? 'ERR' : severity === 'risky' ? 'WARN' : 'INFO');
