import type { Both } from '../both.js';
import type { Json, JsonObject } from '../json.js';
import type { ApiRuleId } from '../rules/api-rules.js';

/** A media type that both sides have, perhaps under a related name. */
export interface MediaMatch extends Both<Json> {
  readonly names: Both<string>;
}

export interface ContentMatch {
  readonly both: readonly MediaMatch[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Pairs media types by name, then by kinship: `application/json` and `application/problem+json`. */
export const matchContent = (before: JsonObject, after: JsonObject): ContentMatch => {
  const both: MediaMatch[] = [];
  const pair = (names: Both<string>): void => {
    both.push({ names, before: before[names.before] as Json, after: after[names.after] as Json });
  };
  const removed: string[] = [];
  for (const name of Object.keys(before).sort()) {
    if (Object.hasOwn(after, name)) pair({ before: name, after: name });
    else removed.push(name);
  }
  const added: string[] = [];
  for (const name of Object.keys(after).sort()) {
    if (Object.hasOwn(before, name)) continue;
    const kin = removed.find((other) => contains(other, name) || contains(name, other));
    if (kin === undefined) added.push(name);
    else {
      removed.splice(removed.indexOf(kin), 1);
      pair({ before: kin, after: name });
    }
  }
  return { both, removed, added };
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
