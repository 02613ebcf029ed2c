import type { Both } from '../../../both.js';
import { asString, type JsonObject } from '../../../json.js';
import { verdictInParameter } from '../../schema/judges.js';
import type { Setting } from '../../schema/setting.js';
import { covers, isWiderFormat, typesOf, writtenTypes } from '../../schema/types.js';

/** Types and format on the way to the schema that has to take the values: to the new one in a request. */
interface Move {
  /** Types that the target has more and less. */
  readonly more: readonly string[];
  readonly less: readonly string[];
  /** Undefined when the format stays. */
  readonly format: { readonly from: string; readonly to: string } | undefined;
  readonly target: readonly string[];
}

/** What a change of type does where the schema is used; types are as they are written, null among them. */
export const typeVerdict = (
  { before, after }: Both<JsonObject>,
  { direction, scope, typed, repeats }: Setting,
  itemTypes: readonly string[] | undefined,
): string => {
  const move = moveTo(before, after);
  if (scope === 'parameter-property') return verdictInParameter(breaks(move, true), breaks(move, false));
  if (scope === 'parameter') {
    const isNowRepeated = repeats && itemTypes !== undefined && isNowList({ before, after }, itemTypes);
    return !breaks(move, false) || isNowRepeated ? 'type-generalized' : 'type-changed';
  }
  if (direction === 'request') {
    const verdict = judge(before, after, typed);
    return verdict === 'breaks' ? 'type-changed' : verdict === 'text' ? 'type-compatible' : 'type-generalized';
  }
  const verdict = judge(after, before, typed);
  if (verdict !== 'breaks') return verdict === 'text' ? 'type-compatible' : 'type-specialized';
  return isOtherType(move) && covers(writtenTypes(before), writtenTypes(after)) ? 'type-generalized' : 'type-changed';
};

const isOtherType = ({ more, less }: Move): boolean => more.length + less.length > 0;

/** Whether `to` takes what `from` writes; `text` when only because both are written as text. */
const judge = (from: JsonObject, to: JsonObject, typed: boolean): 'breaks' | 'text' | 'fits' => {
  const move = moveTo(from, to);
  if (isOtherType(move)) {
    if (covers(writtenTypes(from), writtenTypes(to))) return breaksFormat(move) ? 'breaks' : 'fits';
    if (move.target.length === 0) return 'fits';
  }
  if (breaks(move, typed)) return 'breaks';
  return isOtherType(move) && writtenTypes(from).length > 0 ? 'text' : 'fits';
};

const moveTo = (from: JsonObject, to: JsonObject): Move => {
  const [fromTypes, toTypes] = [writtenTypes(from), writtenTypes(to)];
  const format = { from: asString(from['format']) ?? '', to: asString(to['format']) ?? '' };
  return {
    more: toTypes.filter((type) => !fromTypes.includes(type)),
    less: fromTypes.filter((type) => !toTypes.includes(type)),
    format: format.from === format.to ? undefined : format,
    target: toTypes,
  };
};

const breaks = (move: Move, typed: boolean): boolean =>
  (isOtherType(move) && !takes(move.more, move.less, typed)) || breaksFormat(move);

const breaksFormat = ({ format, target }: Move): boolean =>
  format !== undefined && format.to !== '' && !isWiderFormat(target, format.from, format.to);

const takes = (more: readonly string[], less: readonly string[], typed: boolean): boolean => {
  if (more.join() === 'number' && less.join() === 'integer') return true;
  return !typed && (more.length === 0 || more.join() === 'string');
};

/** One value became an array of just such values: in `?a=1` both look the same. */
const isNowList = ({ before, after }: Both<JsonObject>, itemTypes: readonly string[]): boolean => {
  const types = typesOf(before);
  const added = typesOf(after).filter((type) => !types.includes(type));
  const isSame = types.length === 1 && itemTypes.join() === types.join();
  return added.join() === 'array' && types.length > 0 && (isSame || takes(itemTypes, types, false));
};
