import { asArray, asObject, isObject, own, without, type Json, type JsonObject } from '../json.js';
import { child, type Comparison, type Details, type OperationPair } from './context.js';

/** Sign-in of one operation. */
export const compareOperationSecurity = (
  comparison: Comparison,
  pair: OperationPair,
  old: Json | undefined,
  now: Json | undefined,
): void => {
  const pointer = { before: child(pair.pointer.before, 'security'), after: child(pair.pointer.after, 'security') };
  // An operation without requirements of its own has those of the API.
  const inherits = !comparison.field && (old === undefined) !== (now === undefined);
  const before = inherits ? (old ?? comparison.before.api['security']) : old;
  const after = inherits ? (now ?? comparison.after.api['security']) : now;
  compareRequirements(comparison, 'api', { operation: pair.ref, pointer }, before, after);
};

/** Sign-in of the API as a whole, and the schemes themselves. */
export const compareSecurity = (comparison: Comparison): void => {
  const pointer = { before: '/security', after: '/security' };
  compareRequirements(
    comparison,
    'api-global',
    { pointer },
    comparison.before.api['security'],
    comparison.after.api['security'],
  );
  const olds = asObject(comparison.before.api.components['securitySchemes']);
  const news = asObject(comparison.after.api.components['securitySchemes']);
  for (const name of Object.keys({ ...olds, ...news }).sort()) {
    const old = own(olds, name);
    const now = own(news, name);
    const at = child('', 'components', 'securitySchemes', name);
    if (old === undefined) comparison.add('api-security-component-added', { name, after: now, pointer: { after: at } });
    else if (now === undefined)
      comparison.add('api-security-component-removed', { name, before: old, pointer: { before: at } });
    else if (old !== now)
      compareScheme(comparison, name, at, comparison.before.resolve(old).node, comparison.after.resolve(now).node);
  }
};

/** Alternatives, each a set of schemes with scopes; without order. */
const compareRequirements = (
  comparison: Comparison,
  prefix: 'api' | 'api-global',
  base: Pick<Details, 'operation' | 'pointer'>,
  old: Json | undefined,
  now: Json | undefined,
): void => {
  if (old === now) return;
  const olds = requirements(old, comparison.field);
  const news = requirements(now, comparison.field);
  const { added, removed, rescoped } = matchRequirements(olds, news);
  for (const { key, requirement } of added)
    reportRequirement(comparison, prefix, base, { key, requirement, move: 'added' });
  for (const { key, requirement } of removed)
    reportRequirement(comparison, prefix, base, { key, requirement, move: 'removed' });
  for (const [before, after] of rescoped) compareScopes(comparison, prefix, base, before, after);
  // No requirement at all asks for as little as an empty one.
  const open = [...olds, ...news].some(({ key }) => key === '');
  if (comparison.field || open || (olds.length === 0) === (news.length === 0)) return;
  const rule =
    news.length === 0 ? (`${prefix}-security-optional` as const) : (`${prefix}-security-not-optional` as const);
  comparison.add(rule, base);
};

/** One alternative: the schemes it asks for, by name, with their scopes. */
interface Requirement {
  /** The names of the schemes; empty when nothing is asked for. */
  readonly key: string;
  readonly requirement: JsonObject;
}

interface RequirementMatch {
  readonly added: Requirement[];
  readonly removed: Requirement[];
  /** The same schemes with other scopes. */
  readonly rescoped: [before: JsonObject, after: JsonObject][];
}

/**
 * Equal alternatives belong together; of the others, those that are the only ones to ask for their schemes.
 * Where several do (this scope or that one), nobody can say which became which.
 */
const matchRequirements = (olds: Requirement[], news: Requirement[]): RequirementMatch => {
  const left = [...news];
  const removed = olds.filter(({ requirement }) => {
    const at = left.findIndex((other) => sameScopes(requirement, other.requirement));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const only = (all: Requirement[], key: string): Requirement | undefined => {
    const [first, second] = all.filter((each) => each.key === key);
    return second === undefined ? first : undefined;
  };
  const rescoped = removed.flatMap(({ key }) => {
    const before = only(removed, key);
    const after = only(left, key);
    return before === undefined || after === undefined ? [] : [{ before, after }];
  });
  return {
    added: left.filter((each) => !rescoped.some(({ after }) => after === each)),
    removed: removed.filter((each) => !rescoped.some(({ before }) => before === each)),
    rescoped: rescoped.map(({ before, after }) => [before.requirement, after.requirement]),
  };
};

const sameScopes = (old: JsonObject, now: JsonObject): boolean => {
  const names = Object.keys(old);
  return (
    names.length === Object.keys(now).length &&
    names.every((name) => {
      const before = asArray(old[name]);
      const after = asArray(own(now, name));
      return Object.hasOwn(now, name) && without(before, after).length + without(after, before).length === 0;
    })
  );
};

interface RequirementMove extends Requirement {
  readonly move: 'added' | 'removed';
}

const reportRequirement = (
  comparison: Comparison,
  prefix: 'api' | 'api-global',
  base: Pick<Details, 'operation' | 'pointer'>,
  { key, requirement, move }: RequirementMove,
): void => {
  if (key === '' && !comparison.field) {
    comparison.add(move === 'added' ? `${prefix}-security-optional` : `${prefix}-security-not-optional`, base);
    return;
  }
  // oasdiff passes over empty requirements of operations.
  if (key === '' && prefix === 'api') return;
  const text = `"${inWords(requirement)}"`;
  const side =
    move === 'added'
      ? { after: requirement, texts: { after: text } }
      : { before: requirement, texts: { before: text } };
  comparison.add(`${prefix}-security-${move}`, { ...base, ...side });
};

/** `oauth (read, write) AND key`. */
const inWords = (requirement: JsonObject): string => {
  const schemes = Object.keys(requirement).sort();
  const scopes = (name: string): string => asArray(requirement[name]).join(', ');
  return schemes.map((name) => (scopes(name) === '' ? name : `${name} (${scopes(name)})`)).join(' AND ');
};

/** A requirement that is repeated asks for no more; only oasdiff (`field`) minds. */
const requirements = (value: Json | undefined, field: boolean): Requirement[] =>
  (field ? asArray(value) : [...new Set(asArray(value))])
    .filter(isObject)
    .map((requirement) => ({ key: Object.keys(requirement).sort().join(' AND '), requirement }));

const compareScopes = (
  comparison: Comparison,
  prefix: 'api' | 'api-global',
  base: Pick<Details, 'operation' | 'pointer'>,
  old: JsonObject,
  now: JsonObject,
): void => {
  for (const name of Object.keys(old)) {
    const olds = asArray(old[name]);
    const news = asArray(now[name]);
    for (const scope of without(news, olds))
      comparison.add(`${prefix}-security-scope-added`, { ...base, name, after: scope });
    for (const scope of without(olds, news))
      comparison.add(`${prefix}-security-scope-removed`, { ...base, name, before: scope });
  }
};

const compareScheme = (comparison: Comparison, name: string, at: string, old: JsonObject, now: JsonObject): void => {
  const pointer = { before: at, after: at };
  if (old['type'] !== now['type']) {
    comparison.add('api-security-component-type-changed', { name, before: old['type'], after: now['type'], pointer });
  }
  for (const key of Object.keys({ ...old, ...now }).sort()) {
    const [before, after] = [own(old, key), own(now, key)];
    if (['type', 'flows', 'description'].includes(key) || key.startsWith('x-') || before === after) continue;
    comparison.add('api-security-component-changed', {
      name,
      place: `${name} ${key}`,
      before,
      after,
      texts: { before: key },
      pointer: { before: child(at, key), after: child(at, key) },
    });
  }
  const olds = asObject(old['flows']);
  const news = asObject(now['flows']);
  for (const flow of Object.keys({ ...olds, ...news }).sort()) {
    const before = own(olds, flow);
    const after = own(news, flow);
    const place = child(at, 'flows', flow);
    // oasdiff looks at the implicit flow only.
    if (comparison.field && flow !== 'implicit') continue;
    if (isObject(before) && isObject(after)) compareFlow(comparison, name, place, before, after);
    else if (after !== undefined)
      comparison.add('api-security-component-flow-added', { name, after: flow, pointer: { after: place } });
    else comparison.add('api-security-component-flow-removed', { name, before: flow, pointer: { before: place } });
  }
};

const compareFlow = (comparison: Comparison, name: string, at: string, old: JsonObject, now: JsonObject): void => {
  const urls = [
    ['authorizationUrl', 'api-security-component-oauth-url-changed'],
    ['tokenUrl', 'api-security-component-oauth-token-url-changed'],
  ] as const;
  for (const [key, rule] of urls) {
    const pointer = { before: child(at, key), after: child(at, key) };
    if (old[key] !== now[key]) comparison.add(rule, { name, before: old[key], after: now[key], pointer });
  }
  const olds = asObject(old['scopes']);
  const news = asObject(now['scopes']);
  for (const scope of Object.keys({ ...olds, ...news }).sort()) {
    const before = own(olds, scope);
    const after = own(news, scope);
    if (before === after) continue;
    const move = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    const pointer = {
      ...(before === undefined ? {} : { before: child(at, 'scopes', scope) }),
      ...(after === undefined ? {} : { after: child(at, 'scopes', scope) }),
    };
    comparison.add(`api-security-component-oauth-scope-${move}`, {
      name,
      place: `${name} ${scope}`,
      ...(before === undefined ? {} : { before: scope }),
      ...(after === undefined ? {} : { after: scope }),
      pointer,
    });
  }
};
