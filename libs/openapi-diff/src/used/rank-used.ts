import { globOf } from '@tidemark/foundation/glob';
import { operationKey, operationsOf, SEVERITIES, type Change, type OperationRef, type Severity } from '../change.js';
import type { UsedCall } from './read-used.js';

const LOWER: Readonly<Record<Severity, Severity>> = { breaking: 'risky', risky: 'safe', safe: 'safe', info: 'info' };

/**
 * Puts the changes that reach a used operation before the others of their severity. A change of operations that are not used is one
 * severity lower, and says so; one that belongs to no operation stays.
 */
export const rankUsed = (changes: readonly Change[], used: ReadonlySet<string>): Change[] => {
  const rank = (change: Change): number => SEVERITIES.indexOf(change.severity) * 2 + (isUsed(change) ? 0 : 1);
  const isUsed = (change: Change): boolean => {
    const reached = operationsOf(change);
    return reached.length === 0 || reached.some((one) => used.has(operationKey(one)));
  };
  return changes
    .map((change) => {
      const severity = isUsed(change) ? change.severity : LOWER[change.severity];
      if (severity === change.severity) return change;
      return { ...change, severity, message: `${change.message} Not used: ${severity} instead of ${change.severity}.` };
    })
    .sort((a, b) => rank(a) - rank(b));
};

/**
 * The operations that calls reach, as `get /pets`. Calls may have any prefix, such as the path of a server; one that fits several
 * operations counts for all of them, so that none is taken for unused by mistake.
 */
export const usedOperations = (operations: Iterable<OperationRef>, calls: readonly UsedCall[]): ReadonlySet<string> => {
  const waiting = new Map<string, { key: string; pieces: ((text: string) => boolean)[] }[]>();
  for (const operation of operations) {
    const entry = { key: operationKey(operation), pieces: piecesOf(operation.path).map(matcherOf) };
    const others = waiting.get(operation.method);
    if (others === undefined) waiting.set(operation.method, [entry]);
    else others.push(entry);
  }
  const used = new Set<string>();
  for (const { method, path } of calls) {
    const left = waiting.get(method) ?? [];
    if (left.length === 0) continue;
    const given = piecesOf(path);
    const found = left.filter(({ pieces }) => {
      const from = given.length - pieces.length;
      return from >= 0 && pieces.every((matches, index) => matches(given[from + index]!));
    });
    if (found.length === 0) continue;
    for (const { key } of found) used.add(key);
    waiting.set(
      method,
      left.filter((one) => !found.includes(one)),
    );
  }
  return used;
};

const piecesOf = (path: string): string[] => path.split('/').filter((piece) => piece !== '');

const matcherOf = (piece: string) => globOf(piece.replaceAll(/\{[^{}]*\}/g, '*'));
