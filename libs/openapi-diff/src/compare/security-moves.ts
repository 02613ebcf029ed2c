import type { Both } from '../both.js';
import { asArray, isObject, own, without, type Json, type JsonObject } from '../json.js';

/** One difference between the security requirements of both descriptions; the end of a rule's id. */
export interface SecurityMove extends Partial<Both<Json>> {
  readonly move: 'added' | 'removed' | 'scope-added' | 'scope-removed' | 'optional' | 'not-optional';
  /** The scheme, for a scope. */
  readonly name?: string;
  readonly texts?: Partial<Both<string>>;
}

/** One alternative: the schemes it requires, by name, with their scopes. */
export interface Requirement {
  /** The names of the schemes; empty when nothing is required. */
  readonly key: string;
  readonly schemes: JsonObject;
}

/** Alternatives without order. */
export const readRequirements = (value: Json | undefined): Requirement[] =>
  asArray(value)
    .filter(isObject)
    .map((schemes) => ({ key: Object.keys(schemes).sort().join(' AND '), schemes }));

/** The moves from one list of alternatives to another; `''` among their keys is the one that requires nothing. */
export const movesBetween = (before: readonly Requirement[], after: readonly Requirement[]): SecurityMove[] => {
  const { added, removed, rescoped } = matchRequirements(before, after);
  return [
    ...added.map(({ schemes }): SecurityMove => ({
      move: 'added',
      after: schemes,
      texts: { after: inWords(schemes) },
    })),
    ...removed.map(({ schemes }): SecurityMove => ({
      move: 'removed',
      before: schemes,
      texts: { before: inWords(schemes) },
    })),
    ...rescoped.flatMap(scopeMoves),
  ];
};

interface RequirementMatch {
  readonly added: readonly Requirement[];
  readonly removed: readonly Requirement[];
  /** The same schemes with other scopes. */
  readonly rescoped: readonly Both<Requirement>[];
}

/**
 * Equal alternatives belong together; of the others, those that are the only ones to require their schemes. Where several
 * do (this scope or that one), which became which is unknown.
 */
const matchRequirements = (before: readonly Requirement[], after: readonly Requirement[]): RequirementMatch => {
  const left = [...after];
  const gone = before.filter(({ schemes }) => {
    const at = left.findIndex((other) => isSameScopes(schemes, other.schemes));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const only = (all: readonly Requirement[], key: string): Requirement | undefined => {
    const [first, second] = all.filter((each) => each.key === key);
    return second === undefined ? first : undefined;
  };
  const rescoped = gone.flatMap(({ key }) => {
    const pair = { before: only(gone, key), after: only(left, key) };
    return pair.before && pair.after ? [pair as Both<Requirement>] : [];
  });
  return {
    added: left.filter((each) => !rescoped.some((pair) => pair.after === each)),
    removed: gone.filter((each) => !rescoped.some((pair) => pair.before === each)),
    rescoped,
  };
};

const isSameScopes = (before: JsonObject, after: JsonObject): boolean => {
  const names = Object.keys(before);
  return (
    names.length === Object.keys(after).length &&
    names.every((name) => {
      const [scopesBefore, scopesAfter] = [asArray(before[name]), asArray(own(after, name))];
      const moved = [...without(scopesBefore, scopesAfter), ...without(scopesAfter, scopesBefore)];
      return Object.hasOwn(after, name) && moved.length === 0;
    })
  );
};

const scopeMoves = ({ before, after }: Both<Requirement>): SecurityMove[] =>
  Object.keys(before.schemes).flatMap((name) => {
    const [scopesBefore, scopesAfter] = [asArray(before.schemes[name]), asArray(after.schemes[name])];
    return [
      ...without(scopesAfter, scopesBefore).map((scope): SecurityMove => ({ move: 'scope-added', name, after: scope })),
      ...without(scopesBefore, scopesAfter).map((scope): SecurityMove => ({
        move: 'scope-removed',
        name,
        before: scope,
      })),
    ];
  });

/** `"oauth (read, write) AND key"`. */
export const inWords = (schemes: JsonObject): string => {
  const scopes = (name: string): string => asArray(schemes[name]).join(', ');
  const words = Object.keys(schemes)
    .sort()
    .map((name) => (scopes(name) === '' ? name : `${name} (${scopes(name)})`));
  return `"${words.join(' AND ')}"`;
};
