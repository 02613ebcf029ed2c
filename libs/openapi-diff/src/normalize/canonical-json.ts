import { own, type Json } from '../json.js';
import { UnfoldsTooFar } from '../unfold.js';
import type { CanonicalApi } from './normalize.js';

/**
 * The canonical text of an API: keys sorted, no spaces. The same content gives the same bytes, however
 * it was ordered and whether it came as JSON or YAML, so a hash of it names the content.
 * @throws UnfoldsTooFar when it has more characters than that
 */
export const canonicalJson = (api: CanonicalApi, most = Infinity): string => write(api, new Map(), most);

// Equal parts are one object, so a shared part is written once and then copied.
const write = (value: Json, written: Map<object, string>, most: number): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const known = written.get(value);
  if (known !== undefined) return known;
  let text: string;
  if (Array.isArray(value)) {
    text = '[';
    for (let index = 0; index < value.length; index++) {
      text += (index === 0 ? '' : ',') + write(value[index] as Json, written, most);
      if (text.length > most) throw new UnfoldsTooFar(most);
    }
    text += ']';
  } else {
    text = '{';
    for (const key of Object.keys(value).sort()) {
      const child = own(value, key);
      if (child === undefined) continue;
      text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${write(child, written, most)}`;
      if (text.length > most) throw new UnfoldsTooFar(most);
    }
    text += '}';
  }
  written.set(value, text);
  return text;
};
