import type { JsonObject } from '../../../json.js';
import { propertyRule } from '../../../rules/property-rules.js';
import type { Rule } from '../../../rules/rule.js';
import {
  DEPRECATED,
  EXCLUSIVE_FLIPPED,
  PROPERTY_ADDED,
  PROPERTY_OPTIONAL,
  PROPERTY_REQUIRED,
  STABILITY,
  TYPE,
  type Finding,
  type SchemaPair,
} from '../../schema/finding.js';
import { isHarmless, judgeKind, judgeTypeBy, JUDGES, ruleByKind, type Judge } from '../../schema/judges.js';
import type { Judged, Setting } from '../../schema/setting.js';
import { typeVerdict } from './types.js';

/** The bound of the lists in a list that is a parameter. */
export const MAX_ITEMS_OF_ITEMS = 'max-items-of-items';
/** A wrapping in alternatives; below the root there is no rule for it, and the new alternatives are reported. */
export const WRAPPED = 'one-of-wrapping';

/** The rules that oasdiff has for a finding; of some it reports two. */
export const rulesOf = (finding: Finding, pair: SchemaPair, setting: Setting): readonly Judged[] => {
  const seen = asSeen(finding, setting);
  const judged = (OASDIFF_JUDGES[finding.kind] ?? judgeVisibleKind)(seen, setting, pair);
  if (judged === undefined) return [];
  const second = secondRule(finding, setting);
  return second ? [judged, { ...judged, rule: { ...second, says: judged.rule.says } }] : [judged];
};

/** A header that became an enum, and a required property that came below one of its own. */
const secondRule = ({ kind, required }: Finding, { scope, place }: Setting): Rule | undefined => {
  if (place !== 'header') return undefined;
  if (scope === 'parameter' && kind === 'became-enum') return propertyRule('request-header-property-became-enum');
  const isNew = kind === PROPERTY_ADDED && required === true;
  return scope === 'parameter-property' && isNew ? propertyRule('request-header-property-became-required') : undefined;
};

/** What oasdiff sees of a property that is the subject of a finding. */
const asSeen = (finding: Finding, { direction, scope, place }: Setting): Finding => {
  const { kind, propertyBefore } = finding;
  if (finding.property === undefined) return finding;
  const property = withoutNullDefault(finding.property);
  if (kind !== PROPERTY_REQUIRED && kind !== PROPERTY_OPTIONAL) return { ...finding, property };
  // In some places it reports that of new properties, too.
  const countsNew =
    kind === PROPERTY_REQUIRED ? scope === 'parameter-property' && place === 'header' : scope === 'body';
  const isSeen = countsNew && (kind === PROPERTY_REQUIRED || direction === 'response');
  return {
    ...finding,
    // Inside of a body the flags count that it had before.
    property: direction === 'response' && scope !== 'body' ? propertyBefore : property,
    propertyBefore: propertyBefore ?? (isSeen ? {} : undefined),
  };
};

/** Null is no default. */
const withoutNullDefault = (property: JsonObject): JsonObject => {
  if (property['default'] !== null) return property;
  const { default: _default, ...rest } = property;
  return rest;
};

/** What is left out when it is harmless. */
const UNSEEN = {
  request: /^(max|min|exclusive-max|exclusive-min|max-length|min-items)-set$|^min-items-increased$/,
  response:
    /^(max|exclusive-max|max-length)-increased$|^max-length-unset$|^(min|exclusive-min|min-length|min-items)-decreased$|^min-items-unset$/,
};

const judgeVisibleKind: Judge = (finding, setting, pair) =>
  isHarmless(setting, pair) && UNSEEN[setting.direction].test(finding.kind)
    ? undefined
    : judgeKind(finding, setting, pair);

const judgeOptional: Judge = (finding, setting, pair) =>
  setting.direction === 'request' && finding.property?.['readOnly'] === true
    ? undefined
    : JUDGES[PROPERTY_OPTIONAL]?.(finding, setting, pair);

/** A bound that was turned is neither lower nor higher; in a request it counts as the milder of them. */
const judgeFlipped: Judge = ({ name }, setting) => {
  if (setting.direction === 'response') return undefined;
  return { rule: ruleByKind(`${name}-${name === 'exclusive-max' ? 'increased' : 'decreased'}`, setting) };
};

const judgeItemBound: Judge = ({ before, after }, setting) => {
  if (setting.scope !== 'parameter') return undefined;
  return { rule: ruleByKind(`max-items-${Number(before) < Number(after) ? 'increased' : 'decreased'}`, setting) };
};

const OASDIFF_JUDGES: Readonly<Record<string, Judge>> = {
  ...JUDGES,
  [TYPE]: judgeTypeBy((finding, setting, pair) => typeVerdict(pair, setting, finding.itemTypes)),
  [PROPERTY_OPTIONAL]: judgeOptional,
  [EXCLUSIVE_FLIPPED]: judgeFlipped,
  [MAX_ITEMS_OF_ITEMS]: judgeItemBound,
  [WRAPPED]: (_, setting) => ({
    rule: ruleByKind(setting.scope === 'body' ? 'wrapped-in-one-of' : 'one-of-added', setting),
  }),
  [DEPRECATED]: (...args) => (args[1].level === undefined ? undefined : JUDGES[DEPRECATED]?.(...args)),
  // It looks for levels in the properties of bodies only.
  [STABILITY]: (...args) => (args[1].scope === 'property' ? JUDGES[STABILITY]?.(...args) : undefined),
};
