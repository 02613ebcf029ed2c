import { isFieldRule } from '../../rules/rules.js';
import { SCHEMA_RULES } from '../../rules/schema-rules.js';
import type { Effect } from '../../rules/schema-rules.js';
import {
  PROPERTY_ADDED,
  PROPERTY_OPTIONAL,
  PROPERTY_REMOVED,
  PROPERTY_REQUIRED,
  READ_ONLY,
  TYPE,
  WRITE_ONLY,
} from './finding.js';
import type { Finding, SchemaPair } from './finding.js';
import { typeText, typeVerdict } from './types.js';

export type Direction = 'request' | 'response';

/** What kind of place the schema is used at; `property` is anything below a root. */
export type Scope = 'body' | 'property' | 'parameter' | 'parameter-property' | 'header' | 'header-property';

export interface Judged {
  rule: string;
  effect: Effect;
  /** The predicate of the sentence, not yet filled in. */
  says: string;
  before?: string;
  after?: string;
}

/** The rule that a finding falls under where it is used; undefined when it does not matter there. */
export function ruleOf(
  finding: Finding,
  pair: SchemaPair,
  direction: Direction,
  scope: Scope,
  typed: boolean,
): Judged | undefined {
  const prefix = `${direction}-${scope}`;
  switch (finding.kind) {
    case TYPE:
      return typeRule(pair, direction, scope, typed);
    case PROPERTY_ADDED:
      return addedRule(finding, direction, scope);
    case PROPERTY_REMOVED:
      return removedRule(finding, direction, scope);
    case PROPERTY_REQUIRED:
      return requiredRule(finding, direction);
    case PROPERTY_OPTIONAL:
      return optionalRule(finding, direction);
    case READ_ONLY:
    case WRITE_ONLY:
      return undefined;
    default:
      return keywordRule(finding, pair, prefix, direction, scope);
  }
}

function keywordRule(
  finding: Finding,
  pair: SchemaPair,
  prefix: string,
  direction: Direction,
  scope: Scope,
): Judged | undefined {
  const known = SCHEMA_RULES[finding.kind];
  if (known === undefined) return undefined;
  const { effect, says } = known;
  if (scope === 'property' && direction === 'request' && pair.after['readOnly'] === true) {
    const special = `request-read-only-property-${finding.kind}`;
    if (isFieldRule(special)) return { rule: special, effect, says };
  }
  if (scope === 'property' && direction === 'response' && pair.after['writeOnly'] === true) {
    const special = `response-write-only-property-${finding.kind}`;
    if (isFieldRule(special)) return { rule: special, effect, says };
  }
  return { rule: `${prefix}-${finding.kind}`, effect, says };
}

function typeRule(pair: SchemaPair, direction: Direction, scope: Scope, typed: boolean): Judged {
  const verdict = typeVerdict(pair.before, pair.after, direction === 'response', typed);
  const { effect, says } = SCHEMA_RULES[verdict] as { effect: Effect; says: string };
  return {
    rule: `${direction}-${scope}-${verdict}`,
    effect,
    says,
    before: typeText(pair.before),
    after: typeText(pair.after),
  };
}

function addedRule(finding: Finding, direction: Direction, scope: Scope): Judged {
  const says = finding.required === true ? 'was added and is required' : 'was added';
  if (direction === 'response') {
    const flag = finding.property?.['writeOnly'] === true ? 'write-only-' : '';
    return {
      rule: `response-${finding.required === true ? 'required' : 'optional'}-${flag}property-added`,
      effect: 'narrows',
      says,
    };
  }
  if (scope.startsWith('parameter'))
    return {
      rule: `new-${finding.required === true ? 'required' : 'optional'}-request-parameter-property`,
      effect: finding.required === true ? 'narrows' : 'widens',
      says,
    };
  if (finding.required !== true || finding.property?.['readOnly'] === true)
    return { rule: 'new-optional-request-property', effect: 'widens', says: 'was added' };
  const suffix = finding.property?.['default'] === undefined ? '' : '-with-default';
  return { rule: `new-required-request-property${suffix}`, effect: 'narrows', says };
}

function removedRule(finding: Finding, direction: Direction, scope: Scope): Judged {
  const says = 'was removed';
  if (direction === 'request')
    return {
      rule: `request-${scope.startsWith('parameter') ? 'parameter-' : ''}property-removed`,
      effect: 'swaps',
      says,
    };
  const flag = finding.property?.['writeOnly'] === true ? 'write-only-' : '';
  return {
    rule: `response-${finding.required === true ? 'required' : 'optional'}-${flag}property-removed`,
    effect: 'widens',
    says,
  };
}

function requiredRule(finding: Finding, direction: Direction): Judged | undefined {
  const says = 'became required';
  if (direction === 'response') {
    const flag = finding.property?.['writeOnly'] === true ? 'write-only-' : '';
    return { rule: `response-${flag}property-became-required`, effect: 'narrows', says };
  }
  if (finding.property?.['readOnly'] === true) return undefined;
  const suffix = finding.property?.['default'] === undefined ? '' : '-with-default';
  return { rule: `request-property-became-required${suffix}`, effect: 'narrows', says };
}

function optionalRule(finding: Finding, direction: Direction): Judged {
  const flag = direction === 'response' && finding.property?.['writeOnly'] === true ? 'write-only-' : '';
  return { rule: `${direction}-${flag}property-became-optional`, effect: 'widens', says: 'became optional' };
}
