import type { Both } from '../both.js';
import { dayOf } from '../day.js';
import { asString, type JsonObject } from '../json.js';
import { STABILITY_LEVELS, type CompareOptions, type Stability } from './options.js';

/** `x-stability-level`, where silence means stable; undefined when it is none of the known levels. */
export const stabilityOf = (node: JsonObject): Stability | undefined => {
  const value = node['x-stability-level'];
  if (value === undefined || value === null) return 'stable';
  return STABILITY_LEVELS.find((level) => level === value);
};

/** Whether changes at this level are reported. */
export const isCovered = (options: CompareOptions, level: Stability): boolean =>
  STABILITY_LEVELS.indexOf(level) >= STABILITY_LEVELS.indexOf(options.stabilityLevel ?? 'beta');

/** Which way the level went, when it counts: judged from the level that it leaves. */
export const stabilityMove = (
  options: CompareOptions,
  from: Stability,
  to: Stability,
): 'decreased' | 'increased' | undefined => {
  if (from === to || !isCovered(options, from)) return undefined;
  return STABILITY_LEVELS.indexOf(to) < STABILITY_LEVELS.indexOf(from) ? 'decreased' : 'increased';
};

/** `x-sunset` of something deprecated. */
export type Sunset =
  { kind: 'none' } | { kind: 'unreadable'; text: string } | { kind: 'date'; text: string; days: number };

const DATE = /^\d{4}-\d{2}-\d{2}(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d([.,]\d+)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Reads `x-sunset` (a date or a date-time, RFC 3339); `days` are from now. */
export const sunsetOf = (node: JsonObject, now: Date): Sunset => {
  const value = node['x-sunset'];
  if (value === undefined) return { kind: 'none' };
  const text = asString(value) ?? JSON.stringify(value);
  const date = DATE.test(text) ? dayOf(text) : undefined;
  if (date === undefined) return { kind: 'unreadable', text };
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  return { kind: 'date', text: text.slice(0, 10), days: Math.round((date - today) / 86_400_000) };
};

/** Least days from deprecation to sunset at a level of stability. */
export const minSunsetDays = (options: CompareOptions, level: Stability): number => {
  if (level === 'draft' || level === 'alpha') return 0;
  return (level === 'beta' ? options.minSunsetDays?.beta : options.minSunsetDays?.stable) ?? 0;
};

export type DeprecationVerdict = 'plain' | 'with-sunset' | 'missing' | 'unreadable' | 'too-small';

/** How well something was deprecated. */
export const judgeDeprecation = (
  options: CompareOptions,
  node: JsonObject,
  level: Stability,
): { verdict: DeprecationVerdict; text?: string } => {
  const sunset = sunsetOf(node, options.now ?? new Date());
  const least = minSunsetDays(options, level);
  if (sunset.kind === 'none') return { verdict: least > 0 ? 'missing' : 'plain' };
  if (sunset.kind === 'unreadable') return { verdict: 'unreadable', text: sunset.text };
  return { verdict: sunset.days < least ? 'too-small' : 'with-sunset', text: sunset.text };
};

/** How a removal is judged by deprecation and sunset. */
export const judgeRemoval = (
  options: CompareOptions,
  node: JsonObject,
): { verdict: 'undeprecated' | 'deprecated' | 'unreadable' | 'early' | 'due'; text?: string } => {
  if (node['deprecated'] !== true) return { verdict: 'undeprecated' };
  const sunset = sunsetOf(node, options.now ?? new Date());
  if (sunset.kind === 'none') return { verdict: 'deprecated' };
  if (sunset.kind === 'unreadable') return { verdict: 'unreadable', text: sunset.text };
  return { verdict: sunset.days > 0 ? 'early' : 'due', text: sunset.text };
};

/** What is wrong with a changed `x-sunset`; undefined when nothing is. */
export const judgeSunsetMove = (
  options: CompareOptions,
  { before, after }: Both<JsonObject>,
  level: Stability | undefined,
): 'deleted' | 'unreadable' | 'too-small' | undefined => {
  if (before['x-sunset'] === undefined || before['x-sunset'] === after['x-sunset']) return undefined;
  const today = options.now ?? new Date();
  const [sunsetBefore, sunsetAfter] = [sunsetOf(before, today), sunsetOf(after, today)];
  if (sunsetAfter.kind === 'none') return 'deleted';
  if (sunsetBefore.kind !== 'date' || sunsetAfter.kind !== 'date') return 'unreadable';
  if (level === undefined) return undefined;
  const isEarlier = sunsetBefore.days > sunsetAfter.days;
  return isEarlier && sunsetAfter.days < minSunsetDays(options, level) ? 'too-small' : undefined;
};
