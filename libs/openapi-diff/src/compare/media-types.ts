import type { Both } from '../both.js';
import type { Json, JsonObject } from '../json.js';
import type { ApiRuleId } from '../rules/api-rules.js';
import type { Direction } from '../rules/rule.js';

/** A media type that both sides have, perhaps under a related name. */
export interface MediaMatch extends Both<Json> {
  readonly names: Both<string>;
}

export interface ContentMatch {
  readonly both: readonly MediaMatch[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/**
 * Pairs media types by name, then by kinship: `application/json` and `application/problem+json`; `keyOf` is all that
 * counts of a name.
 */
export const matchContent = (
  before: JsonObject,
  after: JsonObject,
  { keyOf, isKin }: MediaReading = AS_WRITTEN,
): ContentMatch => {
  const both: MediaMatch[] = [];
  const pair = (names: Both<string>): void => {
    both.push({ names, before: before[names.before] as Json, after: after[names.after] as Json });
  };
  const removed: string[] = [];
  for (const name of Object.keys(before).sort()) {
    const key = keyOf(name);
    const other = Object.hasOwn(after, name) ? name : Object.keys(after).find((each) => keyOf(each) === key);
    if (other !== undefined) pair({ before: name, after: other });
    else removed.push(name);
  }
  const taken = new Set(both.map(({ names }) => names.after));
  const added: string[] = [];
  for (const name of Object.keys(after).sort()) {
    if (taken.has(name)) continue;
    const kin = removed.find((other) => isKin(other, name));
    if (kin === undefined) added.push(name);
    else {
      removed.splice(removed.indexOf(kin), 1);
      pair({ before: kin, after: name });
    }
  }
  return { both, removed, added };
};

/** How the names of media types are read. */
export interface MediaReading {
  keyOf(name: string): string;
  isKin(name: string, other: string): boolean;
}

const AS_WRITTEN: MediaReading = {
  keyOf: (name) => name,
  isKin: (name, other) => contains(name, other) || contains(other, name),
};

/** Case, blanks and the order of parameters are nothing; JSON has no other charset. */
const mediaKey = (name: string): string => {
  const parts = partsOf(name);
  if (parts === undefined) return name.toLowerCase();
  const { type, subtype, suffixes, parameters } = parts;
  const isJson = subtype === 'json' || suffixes.at(-1) === 'json';
  const kept = parameters
    .split(';')
    .map((each) => (each.startsWith('charset=') ? each.toLowerCase() : each))
    .filter((each) => each !== '' && !(isJson && each.startsWith('charset=')));
  return [`${type}/${[subtype, ...suffixes].join('+')}`, ...kept].join(';');
};

const isInRange = (range: string, name: string): boolean => {
  const [wide, narrow] = [partsOf(range), partsOf(name)];
  if (wide === undefined || narrow === undefined || wide.subtype !== '*' || wide.parameters !== '') return false;
  return wide.type === '*' || (wide.type === narrow.type && narrow.type !== '*');
};

/** Names by what they mean (RFC 9110), ranges among them. */
export const BY_MEANING: MediaReading = {
  keyOf: mediaKey,
  isKin: (name, other) => AS_WRITTEN.isKin(name, other) || isInRange(name, other) || isInRange(other, name),
};

/** What another name of a media type means, in a request or a response; undefined when it means the same. */
export const mediaMove = (
  { names: { before, after } }: MediaMatch,
  direction: Direction,
): 'generalized' | 'specialized' | 'changed' | undefined => {
  if (mediaKey(before) === mediaKey(after)) return undefined;
  if (isInRange(after, before)) return 'generalized';
  if (isInRange(before, after)) return 'specialized';
  const isOther = partsOf(before)?.parameters !== partsOf(after)?.parameters;
  if (direction === 'request' || isOther) return 'changed';
  return contains(before, after) ? 'specialized' : 'generalized';
};

interface Parts {
  readonly type: string;
  readonly subtype: string;
  readonly suffixes: string[];
  readonly parameters: string;
}

const PARAMETER = /^([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))$/;

/** The parts of a media type (RFC 9110, 8.3.1): case matters only in the values of parameters. */
const partsOf = (name: string): Parts | undefined => {
  const [essence = '', ...rest] = name.split(';').map((part) => part.trim());
  const parameters = rest
    .filter((part) => part !== '')
    .map((part) => PARAMETER.exec(part))
    .map((match) => match && `${match[1]?.toLowerCase()}=${match[3] ?? match[2]?.replaceAll(/\\(.)/g, '$1')}`);
  const [type = '', subtypes = '', more] = essence.toLowerCase().split('/');
  const [subtype = '', ...suffixes] = subtypes.split('+');
  if (type === '' || subtype === '' || more !== undefined || suffixes.includes('') || parameters.includes(null))
    return undefined;
  return { type, subtype, suffixes, parameters: parameters.sort().join(';') };
};

/** Whether every `narrow` is a `wide`, as every problem+json is json (RFC 6838, structured suffixes). */
export const contains = (wide: string, narrow: string): boolean => {
  const a = partsOf(wide);
  const b = partsOf(narrow);
  if (a === undefined || b === undefined || a.type !== b.type) return false;
  if (a.suffixes.length === 0 && b.suffixes.at(-1) === a.subtype) return true;
  return a.subtype === b.subtype && a.suffixes.every((suffix, index) => suffix === b.suffixes[index]);
};

/** The rule for a renamed media type of a response. */
export const renameRule = ({ names: { before, after } }: MediaMatch): ApiRuleId => {
  if (partsOf(before)?.parameters !== partsOf(after)?.parameters) return 'response-media-type-name-changed';
  return contains(before, after) ? 'response-media-type-name-specialized' : 'response-media-type-name-generalized';
};

/** Whether values of a media type have types of their own; elsewhere (forms, XML, text) all is text. */
export const isTyped = (mediaType: string): boolean => {
  const name = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return name === 'application/json' || name.endsWith('+json');
};
