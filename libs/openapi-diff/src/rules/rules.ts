import type { Level, Severity } from '../change.js';
import { API_RULE_IDS, apiRule } from './api-rules.js';
import { propertyRules } from './property-rules.js';
import type { Rule } from './rule.js';
import { schemaRules } from './schema-rules.js';

let all: ReadonlyMap<string, Rule> | undefined;

/** Every rule by its id. Where two have one id, the one that is listed first counts. */
export const rules = (): ReadonlyMap<string, Rule> => (all ??= byId());

const byId = (): ReadonlyMap<string, Rule> =>
  new Map(
    [...API_RULE_IDS.map(apiRule), ...propertyRules().values(), ...schemaRules()]
      .reverse()
      .map((rule) => [rule.id, rule]),
  );

/** oasdiff's level of a rule; for our own rules the nearest to their severity. */
export const levelOf = ({ oasdiff }: Rule, severity: Severity): Level =>
  oasdiff ?? (severity === 'breaking' ? 'ERR' : severity === 'risky' ? 'WARN' : 'INFO');
