import { isFieldRule } from '../../rules/rules.js';
import { SCHEMA_RULES, type SchemaRule } from '../../rules/schema-rules.js';
import { asArray, isObject } from '../../json.js';
import { judgeDeprecation, stabilityMove, stabilityOf } from '../stability.js';
import {
  DEPRECATED,
  EXCLUSIVE_FLIPPED,
  MAX_ITEMS_OF_ITEMS,
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
import { fieldTypeVerdict } from './field-types.js';
import { accessRule, addedRule, optionalRule, removedRule, requiredRule } from './property-rules.js';
import { isField, type Judged, type Setting } from './setting.js';
import { typeText, typeVerdict, typesOf } from './types.js';

type Judge = (finding: Finding, setting: Setting, pair: SchemaPair) => Judged | undefined;

/** The rules that a finding falls under where it is used; none when it does not matter there. */
export const rulesOf = (finding: Finding, pair: SchemaPair, setting: Setting): Judged[] => {
  const judged = ruleOf(finding, pair, setting);
  if (judged === undefined) return [];
  const second = isField(setting) ? secondRule(finding, setting) : undefined;
  return second === undefined ? [judged] : [judged, { ...judged, rule: second }];
};

/** oasdiff tells twice of a header that became an enum, and of a required property that came below one of its own. */
const secondRule = (finding: Finding, { scope, place }: Setting): string | undefined => {
  if (place !== 'header') return undefined;
  if (scope === 'parameter' && finding.kind === 'became-enum') return 'request-header-property-became-enum';
  const isNew = finding.kind === PROPERTY_ADDED && finding.required === true;
  return scope === 'parameter-property' && isNew ? 'request-header-property-became-required' : undefined;
};

const ruleOf = (finding: Finding, pair: SchemaPair, setting: Setting): Judged | undefined => {
  const field = isField(setting);
  if (finding.mode !== undefined && (finding.mode === 'field') !== field) return undefined;
  const root = setting.scope === 'body';
  if (finding.only !== undefined && (finding.only === 'root') !== root) return undefined;
  return (SPECIAL[finding.kind] ?? keywordRule)(finding, setting, pair);
};

/** Ids that do not follow the pattern direction-scope-kind. */
const ALIASES: Record<string, string> = {
  'response-property-pattern-generalized': 'response-property-pattern-changed',
  'response-body-enum-value-removed': 'response-mediatype-enum-value-removed',
};

const keywordRule = (finding: Finding, setting: Setting, pair: SchemaPair): Judged | undefined => {
  const known = SCHEMA_RULES[finding.kind];
  if (known === undefined) return undefined;
  const { direction, scope } = setting;
  if (scope === 'parameter' && setting.alwaysGiven && finding.kind.startsWith('default-value-')) {
    return {
      rule: `${direction}-parameter-unused-default-changed`,
      effect: 'notes',
      says: 'changed its default, which never counts',
    };
  }
  const harmless = isHarmless(setting, pair);
  if (harmless && isField(setting) && LEFT_OUT[direction].test(finding.kind)) return undefined;
  const special = specialRule(finding.kind, setting, harmless);
  if (special !== undefined) return { rule: special, ...known, harmless };
  const rule = `${direction}-${scope}-${finding.kind}`;
  return { rule: ALIASES[rule] ?? rule, ...known, harmless };
};

/** Callers do not send what is read-only, and do not get what is write-only. */
const isHarmless = ({ direction, scope }: Setting, pair: SchemaPair): boolean =>
  scope === 'property' && pair.after[direction === 'request' ? 'readOnly' : 'writeOnly'] === true;

/** What oasdiff leaves out when it is harmless. */
const LEFT_OUT = {
  request: /^(max|min|exclusive-max|exclusive-min|max-length|min-items)-set$|^min-items-increased$/,
  response:
    /^(max|exclusive-max|max-length)-increased$|^max-length-unset$|^(min|exclusive-min|min-length|min-items)-decreased$|^min-items-unset$/,
};

/** Some rules have a milder twin for what is harmless, and some are told of parameters in another way. */
const specialRule = (kind: string, { direction, scope, place }: Setting, harmless: boolean): string | undefined => {
  if (harmless) {
    const twin = `${direction}-${direction === 'request' ? 'read' : 'write'}-only-property-${kind}`;
    return isFieldRule(twin) ? twin : undefined;
  }
  if (scope === 'parameter-property' && place === 'header' && kind === 'became-enum')
    return 'request-header-property-became-enum';
  return undefined;
};

const byKind = (kind: string, { direction, scope }: Setting): Judged => ({
  rule: `${direction}-${scope}-${kind}`,
  ...(SCHEMA_RULES[kind] as SchemaRule),
});

/** To oasdiff a bound that was turned is neither lower nor higher; in a request it counts as the milder of them. */
const flippedRule = (finding: Finding, setting: Setting): Judged | undefined => {
  if (setting.direction === 'response') return undefined;
  return byKind(`${finding.name}-${finding.name === 'exclusive-max' ? 'increased' : 'decreased'}`, setting);
};

const itemsRule = ({ before, after }: Finding, setting: Setting): Judged | undefined => {
  if (setting.scope !== 'parameter') return undefined;
  return byKind(`max-items-${Number(before) < Number(after) ? 'increased' : 'decreased'}`, setting);
};

const typeRule = (finding: Finding, setting: Setting, pair: SchemaPair): Judged | undefined => {
  const { direction, scope, typed, repeats } = setting;
  if (direction === 'request' && scope === 'property' && pair.after['readOnly'] === true) return undefined;
  const { before, after } = pair;
  const texts = { before: typeText(before), after: typeText(after) };
  if (isField(setting)) return { ...byKind(fieldTypeVerdict(pair, setting, finding.wrapsOne), setting), ...texts };
  const verdict = (asTyped: boolean) => typeVerdict(before, after, direction === 'response', asTyped);
  if (scope === 'parameter') {
    const widened = verdict(typed) !== 'type-changed' || (repeats && isNowRepeated(pair));
    return { ...byKind(widened ? 'type-generalized' : 'type-changed', setting), ...texts };
  }
  if (scope === 'parameter-property') {
    // How an object is written in a parameter is not said: as JSON, or each property as text.
    const [strict, loose] = [verdict(true) === 'type-changed', verdict(false) === 'type-changed'];
    const kind = strict !== loose ? 'type-changed' : strict ? 'type-specialized' : 'type-generalized';
    return { ...byKind(kind, setting), ...texts };
  }
  return { ...byKind(verdict(typed), setting), ...texts };
};

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

const typeListRule = (finding: Finding, setting: Setting, pair: SchemaPair): Judged | undefined => {
  if (setting.direction === 'request' && setting.scope === 'property' && pair.after['readOnly'] === true)
    return undefined;
  const deleted = asArray(finding.before);
  const added = asArray(finding.after);
  const narrowed = setting.direction === 'request' ? deleted.length > 0 : added.length === 0;
  const texts = { before: deleted.join(', '), after: added.join(', ') };
  return { ...byKind(narrowed ? 'list-of-types-narrowed' : 'list-of-types-widened', setting), ...texts };
};

const deprecationRule = (finding: Finding, setting: Setting, pair: SchemaPair): Judged | undefined => {
  // Parameters and headers have a flag of their own; the schema's is a word in passing.
  if (setting.scope === 'parameter' || setting.scope === 'header' || setting.scope === 'body') {
    const says =
      finding.after === true ? 'has a schema that was deprecated' : 'has a schema that is no longer deprecated';
    return { rule: `${setting.direction}-${setting.scope}-schema-deprecation-changed`, effect: 'notes', says };
  }
  if (setting.level === undefined && isField(setting)) return undefined;
  if (finding.after !== true) return byKind('reactivated', setting);
  if (setting.level === undefined) return undefined;
  const { verdict, text } = judgeDeprecation(setting.options, pair.after, setting.level);
  const kinds = {
    plain: 'deprecated',
    'with-sunset': 'deprecated-with-sunset',
    missing: 'deprecated-sunset-missing',
    unreadable: 'deprecated-sunset-invalid',
    'too-small': 'sunset-date-too-small',
  };
  return { ...byKind(kinds[verdict], setting), ...(text === undefined ? {} : { after: text }) };
};

const stabilityRule = (_finding: Finding, setting: Setting, pair: SchemaPair): Judged | undefined => {
  // oasdiff looks for levels in the properties of bodies only.
  if (isField(setting) && setting.scope !== 'property') return undefined;
  const before = stabilityOf(pair.before);
  const after = stabilityOf(pair.after);
  if (before === undefined || after === undefined) {
    return { rule: 'api-invalid-stability-level', effect: 'notes', says: 'has a stability level that is not known' };
  }
  const move = stabilityMove(setting.options, before, after);
  return move === undefined ? undefined : { ...byKind(`stability-${move}`, setting), before, after };
};

const SPECIAL: Record<string, Judge> = {
  [TYPE]: typeRule,
  [TYPE_LIST]: typeListRule,
  [PROPERTY_ADDED]: addedRule,
  [PROPERTY_REMOVED]: removedRule,
  [PROPERTY_REQUIRED]: requiredRule,
  [PROPERTY_OPTIONAL]: optionalRule,
  [READ_ONLY]: accessRule,
  [WRITE_ONLY]: accessRule,
  [DEPRECATED]: deprecationRule,
  [STABILITY]: stabilityRule,
  [EXCLUSIVE_FLIPPED]: flippedRule,
  [MAX_ITEMS_OF_ITEMS]: itemsRule,
};
