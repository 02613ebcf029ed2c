import { where, type Both } from '../both.js';
import { isObject, own, type Json, type JsonObject } from '../json.js';
import { inside } from '../pointers.js';
import type { Comparison, Details, OperationPair } from './comparison.js';
import { brief } from './words.js';

/** Security requirements of one operation. */
export const compareOperationSecurity = (
  comparison: Comparison,
  pair: OperationPair,
  own: Both<Json | undefined>,
): void => {
  const { before, after, dialect } = comparison;
  const api = { before: before.api['security'], after: after.api['security'] };
  const pointer = inside(pair.pointer, 'security');
  compareRequirements(comparison, 'operation', { operation: pair.ref, pointer }, dialect.operationSecurity(own, api));
};

/** Security requirements of the API as a whole, and the schemes themselves. */
export const compareSecurity = (comparison: Comparison): void => {
  const { before, after } = comparison;
  const pointer = { before: '/security', after: '/security' };
  const requirements = { before: before.api['security'], after: after.api['security'] };
  compareRequirements(comparison, 'api', { pointer }, requirements);
  const at = '/components/securitySchemes';
  const [schemesBefore, schemesAfter] = [
    before.api.components['securitySchemes'],
    after.api.components['securitySchemes'],
  ];
  const use = comparison.dialect.securityUse?.(comparison);
  const isRenamed = (name: string): boolean =>
    use !== undefined && (use.renamed.has(name) || [...use.renamed.values()].includes(name));
  for (const { name, pointer, ...entry } of comparison.differing(schemesBefore, schemesAfter, {
    before: at,
    after: at,
  })) {
    if (isRenamed(name)) continue;
    if (entry.before === undefined)
      comparison.add('api-security-component-added', { name, after: entry.after, pointer: { after: pointer.after } });
    else if (entry.after === undefined)
      comparison.add('api-security-component-removed', {
        name,
        before: entry.before,
        pointer: { before: pointer.before },
        // What is demanded in its place is a change of its own.
        harmless: use && !use.demanded.has(name),
      });
    else
      compareScheme(
        comparison,
        { name, pointer, scopes: use && (use.scopes.get(name) ?? null) },
        { before: before.nodeOf(entry.before), after: after.nodeOf(entry.after) },
      );
  }
};

const compareRequirements = (
  comparison: Comparison,
  of: 'operation' | 'api',
  base: Pick<Details, 'operation' | 'pointer'>,
  requirements: Both<Json | undefined>,
): void => {
  const prefix = of === 'api' ? 'api-global' : 'api';
  for (const { move, ...details } of comparison.dialect.securityMoves(requirements, of, comparison))
    comparison.add(`${prefix}-security-${move}`, { ...base, ...details });
};

/** A security scheme, or a part of one. */
interface Place {
  readonly name: string;
  readonly pointer: Both<string>;
  /** The scopes that operations demand of it; null where none demands it, undefined where that does not count. */
  readonly scopes?: ReadonlySet<string> | null | undefined;
}

const compareScheme = (
  comparison: Comparison,
  { name, pointer, scopes }: Place,
  { before, after }: Both<JsonObject>,
): void => {
  const harmless = scopes === null;
  if (before['type'] !== after['type']) {
    const types = { before: before['type'], after: after['type'] };
    comparison.add('api-security-component-type-changed', { name, ...types, pointer, harmless });
  }
  for (const key of Object.keys({ ...before, ...after }).sort()) {
    const values = { before: own(before, key), after: own(after, key) };
    const isCompared = !['type', 'flows', 'description'].includes(key) && !key.startsWith('x-');
    if (!isCompared || wireValue(key, values.before) === wireValue(key, values.after)) continue;
    const words = `"${key}" from ${brief(values.before)} to ${brief(values.after)}`;
    const details = { name, place: `${name} ${key}`, ...values, texts: { before: words }, harmless };
    const rule = key === 'bearerFormat' ? 'api-security-component-hint-changed' : 'api-security-component-changed';
    comparison.add(rule, { ...details, pointer: inside(pointer, key) });
  }
  for (const flow of comparison.differing(before['flows'], after['flows'], inside(pointer, 'flows'))) {
    if (comparison.dialect.overlooks.has('other-flows') && flow.name !== 'implicit') continue;
    if (isObject(flow.before) && isObject(flow.after))
      compareFlow(comparison, { name, pointer: flow.pointer, scopes }, { before: flow.before, after: flow.after });
    else if (flow.after !== undefined)
      comparison.add('api-security-component-flow-added', {
        name,
        after: flow.name,
        pointer: { after: flow.pointer.after },
      });
    else
      comparison.add('api-security-component-flow-removed', {
        name,
        before: flow.name,
        pointer: { before: flow.pointer.before },
        harmless,
      });
  }
};

/** The names of HTTP schemes have no case. */
const wireValue = (key: string, value: Json | undefined): Json | undefined =>
  key === 'scheme' && typeof value === 'string' ? value.toLowerCase() : value;

const compareFlow = (
  comparison: Comparison,
  { name, pointer, scopes }: Place,
  { before, after }: Both<JsonObject>,
): void => {
  const urls = [
    ['authorizationUrl', 'api-security-component-oauth-url-changed'],
    ['tokenUrl', 'api-security-component-oauth-token-url-changed'],
  ] as const;
  for (const [key, rule] of urls) {
    if (before[key] !== after[key])
      comparison.add(rule, {
        name,
        before: before[key],
        after: after[key],
        pointer: inside(pointer, key),
        harmless: scopes === null,
      });
  }
  for (const scope of comparison.differing(before['scopes'], after['scopes'], inside(pointer, 'scopes'))) {
    const move = scope.before === undefined ? 'added' : scope.after === undefined ? 'removed' : 'changed';
    comparison.add(`api-security-component-oauth-scope-${move}`, {
      name,
      place: `${name} ${scope.name}`,
      ...where({ before: scope.name, after: scope.name }, scope),
      pointer: where(scope.pointer, scope),
      harmless: scopes !== undefined && scopes?.has(scope.name) !== true,
    });
  }
};
