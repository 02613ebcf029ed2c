import { asArray, isObject } from '../../json.js';
import { apiRule } from '../../rules/api-rules.js';
import { propertyRule } from '../../rules/property-rules.js';
import type { Rule } from '../../rules/rule.js';
import { schemaRule, twinRule } from '../../rules/schema-rules.js';
import { judgeDeprecation, stabilityMove, stabilityOf } from '../stability.js';
import {
  DEPRECATED,
  PROPERTY_ADDED,
  PROPERTY_OPTIONAL,
  PROPERTY_REMOVED,
  PROPERTY_REQUIRED,
  READ_ONLY,
  STABILITY,
  TYPE,
  TYPE_LIST,
  WRITE_ONLY,
  type Finding,
  type SchemaPair,
} from './finding.js';
import { judgeAccess, judgeAdded, judgeOptional, judgeRemoved, judgeRequired } from './property-judges.js';
import type { Judged, Setting } from './setting.js';
import { typesOf, typeText, typeVerdict } from './types.js';

/** Decides which rule a finding falls under where it is used; undefined when it does not matter there. */
export type Judge = (finding: Finding, setting: Setting, pair: SchemaPair) => Judged | undefined;

export const ruleByKind = (kind: string, { direction, scope }: Setting): Rule => schemaRule(direction, scope, kind);

/** Findings whose kind is the end of a rule's id. */
export const judgeKind: Judge = ({ kind }, setting, pair) => {
  const { direction, scope, place, alwaysGiven } = setting;
  if (scope === 'parameter' && alwaysGiven && kind.startsWith('default-value-'))
    return { rule: propertyRule('request-parameter-unused-default-changed') };
  if (isHarmless(setting, pair))
    return { rule: twinRule(direction, kind) ?? ruleByKind(kind, setting), harmless: true };
  if (scope === 'parameter-property' && place === 'header' && kind === 'became-enum')
    return { rule: propertyRule('request-header-property-became-enum') };
  return { rule: ruleByKind(kind, setting) };
};

/** Callers do not send what is read-only, and do not get what is write-only. */
export const isHarmless = ({ direction, scope }: Setting, { after }: SchemaPair): boolean =>
  scope === 'property' && after[direction === 'request' ? 'readOnly' : 'writeOnly'] === true;

const isUnsent = (setting: Setting, pair: SchemaPair): boolean =>
  setting.direction === 'request' && isHarmless(setting, pair);

/** The rule for a change of type, and the types for its sentence; a verdict is given only where it matters. */
export const judgeTypeBy =
  (verdictOf: (finding: Finding, setting: Setting, pair: SchemaPair) => string): Judge =>
  (finding, setting, pair) => {
    if (isUnsent(setting, pair)) return undefined;
    const rule = ruleByKind(verdictOf(finding, setting, pair), setting);
    return { rule, before: typeText(pair.before), after: typeText(pair.after) };
  };

const judgeType = judgeTypeBy((_, { direction, scope, typed, repeats }, pair) => {
  const verdict = (asTyped: boolean) => typeVerdict(pair, direction, asTyped);
  // Of a list that is written as several values, one that is no list takes one at most.
  const isNoList = typesOf(pair.before).includes('array') && !typesOf(pair.after).includes('array');
  if (scope === 'parameter' && !typed && isNoList && typesOf(pair.after).length > 0) return 'type-changed';
  if (scope === 'parameter') {
    const isWidened = verdict(typed) !== 'type-changed' || (repeats && isNowRepeated(pair));
    return isWidened ? 'type-generalized' : 'type-changed';
  }
  if (scope !== 'parameter-property') return verdict(typed);
  if (typed) return verdict(true) === 'type-changed' ? 'type-specialized' : verdict(true);
  return verdictInParameter(verdict(true) === 'type-changed', verdict(false) === 'type-changed');
});

/** How an object is written in a parameter is not said: as JSON, or each property as text. */
export const verdictInParameter = (breaksTyped: boolean, breaksText: boolean): string =>
  breaksTyped !== breaksText ? 'type-changed' : breaksTyped ? 'type-specialized' : 'type-generalized';

/** One value became an array of just such values: in `?a=1` both look the same. */
const isNowRepeated = ({ before, after }: SchemaPair): boolean => {
  const items = after['items'];
  if (typesOf(after).join() !== 'array' || !isObject(items)) return false;
  const keys = new Set([...Object.keys(before), ...Object.keys(items)]);
  for (const key of ['type', 'description', 'title', 'examples']) keys.delete(key);
  const taken = typesOf(items);
  // In a text any value can be taken as a string.
  const takes = (type: string): boolean =>
    type !== 'array' && (taken.length === 0 || taken.includes(type) || taken.includes('string'));
  return [...keys].every((key) => before[key] === items[key]) && typesOf(before).every(takes);
};

const judgeTypeList: Judge = (finding, setting, pair) => {
  if (isUnsent(setting, pair)) return undefined;
  const [deleted, added] = [asArray(finding.before), asArray(finding.after)];
  const isNarrowed = setting.direction === 'request' ? deleted.length > 0 : added.length === 0;
  const rule = ruleByKind(isNarrowed ? 'list-of-types-narrowed' : 'list-of-types-widened', setting);
  return { rule, before: deleted.join(', '), after: added.join(', ') };
};

const DEPRECATIONS = {
  plain: 'deprecated',
  'with-sunset': 'deprecated-with-sunset',
  missing: 'deprecated-sunset-missing',
  unreadable: 'deprecated-sunset-invalid',
  'too-small': 'sunset-date-too-small',
} as const;

const judgeSchemaDeprecation: Judge = ({ after }, setting, pair) => {
  const { direction, scope, level, options } = setting;
  // Parameters and headers have a flag of their own; the schema's is a word in passing.
  if (scope === 'parameter' || scope === 'header' || scope === 'body') {
    const rule = propertyRule(`${direction}-${scope}-schema-deprecation-changed`);
    return { rule, after: after === true ? 'was' : 'is no longer' };
  }
  if (after !== true) return { rule: ruleByKind('reactivated', setting) };
  if (level === undefined) return undefined;
  const { verdict, text } = judgeDeprecation(options, pair.after, level);
  return { rule: ruleByKind(DEPRECATIONS[verdict], setting), ...(text !== undefined && { after: text }) };
};

const INVALID_LEVEL: Rule = {
  ...apiRule('api-invalid-stability-level'),
  says: 'has a stability level that is not known',
};

const judgeStability: Judge = (_, setting, pair) => {
  const before = stabilityOf(pair.before);
  const after = stabilityOf(pair.after);
  if (before === undefined || after === undefined) return { rule: INVALID_LEVEL };
  const move = stabilityMove(setting.options, before, after);
  return move && { rule: ruleByKind(`stability-${move}`, setting), before, after };
};

/** Findings whose rule depends on more than their kind; `judgeKind` judges the others. */
export const JUDGES: Readonly<Record<string, Judge>> = {
  [TYPE]: judgeType,
  [TYPE_LIST]: judgeTypeList,
  [PROPERTY_ADDED]: judgeAdded,
  [PROPERTY_REMOVED]: judgeRemoved,
  [PROPERTY_REQUIRED]: judgeRequired,
  [PROPERTY_OPTIONAL]: judgeOptional,
  [READ_ONLY]: judgeAccess,
  [WRITE_ONLY]: judgeAccess,
  [DEPRECATED]: judgeSchemaDeprecation,
  [STABILITY]: judgeStability,
};
