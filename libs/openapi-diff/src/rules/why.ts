import { API_RULES, type ApiRule } from './api-rules.js';
import { OVERRIDES } from './overrides.js';
import { SCHEMA_RULES, type Effect } from './schema-rules.js';

type Direction = 'request' | 'response';

const REASONS: Record<Effect, Record<Direction, string>> = {
  narrows: {
    request: 'less is allowed, so what callers send today may be refused',
    response: 'less is sent, all of which callers could always get',
  },
  widens: {
    request: 'more is allowed, and all that callers send today still is',
    response: 'callers may get what they never had to expect',
  },
  swaps: {
    request: 'something else is asked for, so what callers send today may be refused',
    response: 'something else is sent, so what callers read today may be missing',
  },
  notes: {
    request: 'only what is said about the API changed, not what it takes',
    response: 'only what is said about the API changed, not what it sends',
  },
};

/** Why a rule breaks somebody, or does not; undefined for an id that this engine does not use. */
export const whyOf = (rule: string): string | undefined => {
  const override = OVERRIDES[rule];
  if (override !== undefined) return override.reason;
  const known = (API_RULES as Record<string, ApiRule>)[rule];
  if (known !== undefined) return REASONS[known.effect][known.direction ?? 'request'];
  const direction: Direction = rule.startsWith('response-') ? 'response' : 'request';
  const effect = schemaEffect(rule);
  return effect === undefined ? undefined : REASONS[effect][direction];
};

/** A schema rule ends in its kind; the longest kind that fits is meant. */
const schemaEffect = (rule: string): Effect | undefined => {
  const special = SPECIAL.find(([pattern]) => pattern.test(rule));
  if (special !== undefined) return special[1];
  const kinds = Object.keys(SCHEMA_RULES).filter((kind) => rule.endsWith(`-${kind}`));
  const kind = kinds.sort((a, b) => b.length - a.length)[0];
  return kind === undefined ? undefined : SCHEMA_RULES[kind]?.effect;
};

/** Rules whose ids do not end in a kind. */
const SPECIAL: [RegExp, Effect][] = [
  [/^new-required-request-|-property-became-required/, 'narrows'],
  [/^new-optional-request-/, 'widens'],
  [/^response-.*property-added$/, 'narrows'],
  [/^response-.*property-removed$/, 'widens'],
  [/^request-.*property-removed$/, 'swaps'],
  [/-(unused-default|schema-deprecation)-changed$|became-(not-)?(read|write)-only$/, 'notes'],
];
