import { asString, type Json } from '../json.js';
import type { ApiRuleId } from '../rules/api-rules.js';
import type { Comparison } from './comparison.js';

/** The semver.org grammar with an optional leading `v`; anything else is not judged. */
const SEMVER =
  /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/** A breaking change requires a higher major version (below 1.0.0: a higher minor one). */
export const compareVersions = (comparison: Comparison, breaking: boolean): void => {
  const written = [comparison.before.api.info['version'], comparison.after.api.info['version']];
  const before = textOf(written[0]);
  const after = textOf(written[1]);
  // YAML takes 1.0 for a number.
  const isNumber = written.some((version) => typeof version === 'number');
  if (isNumber && before !== '' && Number(before) === Number(after)) return;
  const pointer = { before: '/info/version', after: '/info/version' };
  const texts = { before, after };
  if (before !== after) comparison.add('api-version-changed', { before, after, texts, pointer });
  const rule = breaking ? violation(before, after) : undefined;
  if (rule !== undefined) comparison.add(rule, { before, after, texts, pointer });
};

const textOf = (version: Json | undefined): string =>
  typeof version === 'number' ? String(version) : (asString(version) ?? '');

const violation = (before: string, after: string): ApiRuleId | undefined => {
  const numbersBefore = numbers(before);
  const numbersAfter = numbers(after);
  if (numbersBefore === undefined || numbersAfter === undefined) return undefined;
  if (before === after) return 'api-version-not-bumped';
  const first = [0, 1, 2].find((index) => numbersBefore[index] !== numbersAfter[index]);
  if (first === undefined || (numbersAfter[first] as number) < (numbersBefore[first] as number))
    return 'api-version-decreased';
  const enough = numbersBefore[0] === 0 && numbersAfter[0] === 0 ? 1 : 0;
  return first <= enough ? undefined : 'api-major-version-not-bumped';
};

const numbers = (version: string): number[] | undefined => SEMVER.exec(version)?.slice(1, 4).map(Number);
