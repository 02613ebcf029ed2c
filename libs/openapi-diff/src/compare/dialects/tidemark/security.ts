import type { Both } from '../../../both.js';
import { asArray, asObject, isObject, own, stableJson, without, type Json, type JsonObject } from '../../../json.js';
import { METHODS } from '../../../normalize/kinds.js';
import { inWords, readRequirements, type Requirement, type SecurityMove } from '../../security-moves.js';
import type { Side } from '../../side.js';

/**
 * What callers must bring along, as an OR of ANDs of schemes with their scopes: a caller is refused when none of the new
 * alternatives is content with what an old one demanded. The names of schemes are not on the wire.
 */
export const securityMoves = (sides: Both<Side>, requirements: Both<Json | undefined>): SecurityMove[] => {
  const names = renamedSchemes(sides);
  const before = alternativesOf(requirements.before);
  const after = alternativesOf(requirements.after).map(({ schemes }) => {
    const entries = Object.entries(schemes).map(([name, scopes]) => [names.get(name) ?? name, scopes]);
    return readRequirements([Object.fromEntries(entries) as JsonObject])[0] as Requirement;
  });
  const refused = before.filter((old) => !after.some((now) => isContent(now, old)));
  const moves = refused.flatMap((old) => refusalOf(old, after));
  for (const now of after) {
    const isKnown = before.some((old) => isContent(old, now));
    // Where nothing was demanded, that something is says it all.
    if (isKnown || (now.key !== '' && before.length === 1 && before[0]?.key === '')) continue;
    const rescoped = before.find((old) => old.key === now.key && isContent(now, old));
    if (now.key === '') moves.push({ move: 'optional' });
    else if (rescoped)
      moves.push(
        ...scopesBut(rescoped, now).map(([name, scope]) => ({ move: 'scope-removed' as const, name, before: scope })),
      );
    else if (
      !moves.some(
        ({ move, name }) => move === 'scope-added' && name !== undefined && own(now.schemes, name) !== undefined,
      )
    )
      moves.push({ move: 'added', after: now.schemes, texts: { after: inWords(now.schemes) } });
  }
  return moves;
};

/** No list, and an empty one, demand nothing. */
const alternativesOf = (value: Json | undefined): Requirement[] => {
  const written = readRequirements([...new Set(asArray(value))]);
  return written.length > 0 ? written : [{ key: '', schemes: {} }];
};

/** Whether what one alternative demands is among what a caller brings for another. */
const isContent = (demanded: Requirement, brought: Requirement): boolean =>
  Object.entries(demanded.schemes).every(([name, scopes]) => {
    const mine = own(brought.schemes, name);
    return mine !== undefined && without(asArray(scopes), asArray(mine)).length === 0;
  });

/** What is demanded of those who brought what `old` demanded. */
const refusalOf = (old: Requirement, after: readonly Requirement[]): SecurityMove[] => {
  if (old.key === '') return [{ move: 'not-optional' }];
  const now = after.find(({ key }) => key === old.key);
  if (now)
    return [
      ...scopesBut(now, old).map(([name, scope]) => ({ move: 'scope-added' as const, name, after: scope })),
      ...scopesBut(old, now).map(([name, scope]) => ({ move: 'scope-removed' as const, name, before: scope })),
    ];
  return [{ move: 'removed', before: old.schemes, texts: { before: inWords(old.schemes) } }];
};

const scopesBut = (requirement: Requirement, other: Requirement): (readonly [string, Json])[] =>
  Object.entries(requirement.schemes).flatMap(([name, scopes]) =>
    without(asArray(scopes), asArray(own(other.schemes, name))).map((scope) => [name, scope] as const),
  );

/** New name → old name of the schemes that are what they were. */
export const renamedSchemes = ({ before, after }: Both<Side>): ReadonlyMap<string, string> => {
  const schemes = { before: schemesOf(before), after: schemesOf(after) };
  const free = Object.keys(schemes.before).filter((name) => own(schemes.after, name) === undefined);
  const renamed = new Map<string, string>();
  for (const name of Object.keys(schemes.after)) {
    if (own(schemes.before, name) !== undefined) continue;
    const wire = onTheWire(after.nodeOf(schemes.after[name]));
    const at = free.findIndex((old) => onTheWire(before.nodeOf(schemes.before[old])) === wire);
    if (at >= 0) renamed.set(name, free.splice(at, 1)[0] as string);
  }
  return renamed;
};

const schemesOf = ({ api }: Side): JsonObject => asObject(api.components['securitySchemes']);

/** All of a scheme that callers have to do with. */
const onTheWire = (scheme: JsonObject): string => {
  const { description: _description, bearerFormat: _format, scheme: http, ...rest } = scheme;
  const isHint = (key: string): boolean => key.startsWith('x-');
  const kept = Object.fromEntries(Object.entries(rest).filter(([key]) => !isHint(key)));
  return stableJson({ ...kept, ...(typeof http === 'string' && { scheme: http.toLowerCase() }) });
};

/** The schemes that operations demand, with all scopes that they do. */
export const usedScopes = ({ api }: Side): ReadonlyMap<string, ReadonlySet<string>> => {
  const used = new Map<string, Set<string>>();
  const take = (requirements: Json | undefined): void => {
    for (const { schemes } of readRequirements(requirements))
      for (const [name, scopes] of Object.entries(schemes))
        used.set(name, new Set([...(used.get(name) ?? []), ...asArray(scopes).map(String)]));
  };
  let inherits = false;
  for (const item of [...Object.values(api.paths), ...Object.values(api.webhooks)])
    for (const [method, operation] of Object.entries(asObject(item))) {
      if (!METHODS.has(method) || !isObject(operation)) continue;
      if (operation['security'] === undefined) inherits = true;
      else take(operation['security']);
    }
  if (inherits) take(api['security']);
  return used;
};

/** Whether any operation has the requirements of the API, on both sides. */
export const isInherited = ({ before, after }: Both<Side>): boolean =>
  Object.entries(after.api.paths).some(([path, item]) =>
    Object.entries(asObject(item)).some(([method, operation]) => {
      const other = asObject(own(before.api.paths, path))[method];
      if (!METHODS.has(method) || !isObject(operation) || operation['security'] !== undefined) return false;
      return other === undefined ? false : asObject(other)['security'] === undefined;
    }),
  );
