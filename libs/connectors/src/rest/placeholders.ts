import { isJsonObject, type Json } from '@tidemark/foundation';
import { splitBetween } from './between.config.js';
import { namesIn, PLACEHOLDER } from './placeholders.config.js';

/** Values of placeholders; undefined or null: there is none. */
export type Values = Readonly<Record<string, Json | undefined>>;

const WHOLE = /^\{\{\s*([a-z]+(?:\.\w+)*)\s*\}\}$/;
const has = (values: Values, name: string) => values[name] !== undefined && values[name] !== null;
const known = (values: Values, name: string) => Object.hasOwn(values, name);

/** Fills `{{name}}` in a text, and leaves out `[[…]]` whose placeholders have no value. Unknown names stay as they are. */
export function fillText(text: string, values: Values, encode: (value: string) => string = String): string {
  if (!text.includes('{{')) return text;
  const chosen = splitBetween(text, '[[', ']]')
    .map(({ text: part, inside }) => {
      const names = inside ? namesIn(part).filter((name) => known(values, name)) : [];
      if (names.length === 0) return inside ? `[[${part}]]` : part;
      return names.every((name) => has(values, name)) ? part : '';
    })
    .join('');
  return chosen.replace(PLACEHOLDER, (whole, name: string) =>
    known(values, name) ? encode(has(values, name) ? String(values[name] as string | number) : '') : whole,
  );
}

/**
 * Fills a body. A text that is one placeholder becomes the value itself, and its member is left out when there is none. An
 * object with `$if` is left out unless the values that it names are there.
 */
export function fillBody(body: Json, values: Values): Json | undefined {
  if (typeof body === 'string') {
    const name = WHOLE.exec(body)?.[1];
    return name !== undefined && known(values, name) ? (values[name] ?? undefined) : fillText(body, values);
  }
  if (Array.isArray(body)) return body.map((item: Json) => fillBody(item, values)).filter((item) => item !== undefined);
  if (!isJsonObject(body)) return body;
  const { $if: condition, ...members } = body;
  if (typeof condition === 'string' && known(values, condition)) {
    if (!has(values, condition)) return undefined;
  } else if (condition !== undefined) return withMembers(body, values);
  return withMembers(members, values);
}

function withMembers(body: Readonly<Record<string, Json>>, values: Values): Json {
  const filled = Object.entries(body).map(([name, member]) => [name, fillBody(member, values)] as const);
  return Object.fromEntries(filled.filter(([, member]) => member !== undefined)) as Json;
}
