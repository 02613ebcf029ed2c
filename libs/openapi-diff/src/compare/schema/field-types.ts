import { asString, type JsonObject } from '../../json.js';
import type { SchemaPair } from './finding.js';
import type { Setting } from './setting.js';
import { isWiderFormat, typesOf, writtenTypes } from './types.js';

/** What a change of type and format does, as oasdiff judges it. */
export type FieldVerdict = 'type-changed' | 'type-generalized' | 'type-specialized' | 'type-compatible';

/** Types and format on the way to the schema that has to take the values: to the new one in a request. */
interface Move {
  /** Types that the target has more and less. */
  readonly more: string[];
  readonly less: string[];
  /** Undefined when the format stays. */
  readonly format: { from: string; to: string } | undefined;
  readonly target: string[];
}

/** The verdict where the schema is used; types are as they are written, null among them. */
export const fieldTypeVerdict = (pair: SchemaPair, setting: Setting, wrapsOne: string[] | undefined): FieldVerdict => {
  const { direction, scope, typed, repeats } = setting;
  if (scope === 'parameter-property') {
    // How an object is written in a parameter is not said: as JSON, or each property as text.
    const move = moveTo(pair.before, pair.after);
    const [strict, loose] = [breaks(move, true), breaks(move, false)];
    return strict !== loose ? 'type-changed' : strict ? 'type-specialized' : 'type-generalized';
  }
  if (scope === 'parameter') {
    const move = moveTo(pair.before, pair.after);
    const safe = !breaks(move, false) || (repeats && wrapsOne !== undefined && isNowList(pair, wrapsOne));
    return safe ? 'type-generalized' : 'type-changed';
  }
  if (direction === 'request') {
    const verdict = judge(pair.before, pair.after, typed);
    return verdict === 'breaks' ? 'type-changed' : verdict === 'text' ? 'type-compatible' : 'type-generalized';
  }
  const verdict = judge(pair.after, pair.before, typed);
  const { more, less } = moveTo(pair.before, pair.after);
  const widened = more.length + less.length > 0 && covers(pair.before, pair.after);
  if (verdict === 'breaks') return widened ? 'type-generalized' : 'type-changed';
  return verdict === 'text' ? 'type-compatible' : 'type-specialized';
};

/** Whether `to` takes what `from` writes; `text` when only because both are written as text. */
const judge = (from: JsonObject, to: JsonObject, typed: boolean): 'breaks' | 'text' | 'fits' => {
  const move = moveTo(from, to);
  const changed = move.more.length + move.less.length > 0;
  const fits = changed && covers(from, to);
  if (fits) return breaks({ ...move, more: [], less: [] }, typed) ? 'breaks' : 'fits';
  if (changed && move.target.length === 0) return 'fits';
  if (breaks(move, typed)) return 'breaks';
  return changed && writtenTypes(from).length > 0 ? 'text' : 'fits';
};

const moveTo = (from: JsonObject, to: JsonObject): Move => {
  const [olds, news] = [writtenTypes(from), writtenTypes(to)];
  const [was, is] = [asString(from['format']) ?? '', asString(to['format']) ?? ''];
  return {
    more: news.filter((type) => !olds.includes(type)),
    less: olds.filter((type) => !news.includes(type)),
    format: was === is ? undefined : { from: was, to: is },
    target: news,
  };
};

const breaks = ({ more, less, format, target }: Move, typed: boolean): boolean => {
  const types = more.length + less.length > 0 && !takes(more, less, typed);
  return types || (format !== undefined && format.to !== '' && !isWiderFormat(target, format.from, format.to));
};

const takes = (more: string[], less: string[], typed: boolean): boolean => {
  if (more.join() === 'number' && less.join() === 'integer') return true;
  return !typed && (more.length === 0 || more.join() === 'string');
};

/** Whether there are types, and the other schema has each of them; an integer is a number. */
const covers = (from: JsonObject, to: JsonObject): boolean => {
  const [olds, news] = [writtenTypes(from), writtenTypes(to)];
  return (
    olds.length > 0 && olds.every((type) => news.includes(type) || (type === 'integer' && news.includes('number')))
  );
};

/** One value became an array of just such values: in `?a=1` both look the same. */
const isNowList = ({ before, after }: SchemaPair, items: string[]): boolean => {
  const olds = typesOf(before);
  const added = typesOf(after).filter((type) => !olds.includes(type));
  const same = olds.length === 1 && items.join() === olds.join();
  return added.join() === 'array' && olds.length > 0 && (same || takes(items, olds, false));
};
