import { asArray, asObject, asString, isObject, type Json } from '../json.js';
import { decode } from '../parse/utf8.js';

/** A call as it was recorded. */
export interface UsedCall {
  /** In lower case. */
  readonly method: string;
  /** Without host, query and fragment. */
  readonly path: string;
}

const CALL = /\b(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE|QUERY) ([^\s"]+)/i;

/**
 * Reads the calls of a HAR, of an access log (common or combined format, or JSON lines), or of a list of operations as JSON or
 * text: `GET /pets/{id}`. Each call is there once; what is no call is passed over.
 */
export const readUsed = (bytes: Uint8Array, source: string): readonly UsedCall[] => {
  const text = decode(bytes, source);
  const calls = new Map<string, UsedCall>();
  const add = (call: UsedCall | undefined): void => {
    if (call !== undefined) calls.set(`${call.method} ${call.path}`, call);
  };
  const whole = jsonOf(text);
  if (whole !== undefined) for (const item of itemsOf(whole)) add(callOf(item));
  else for (const line of text.split('\n')) add(callOf(line.trimStart().startsWith('{') ? jsonOf(line) : line));
  return [...calls.values()];
};

const jsonOf = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

const itemsOf = (value: Json): readonly Json[] => {
  if (!isObject(value)) return asArray(value);
  const entries = asObject(value['log'])['entries'];
  return entries === undefined ? [value] : asArray(entries);
};

const callOf = (item: Json | undefined): UsedCall | undefined => {
  if (typeof item === 'string') {
    const [, method, target] = CALL.exec(item) ?? [];
    return method === undefined || target === undefined
      ? undefined
      : { method: method.toLowerCase(), path: pathOf(target) };
  }
  const node = asObject(item);
  const request = node['request'];
  if (request !== undefined) return callOf(request);
  const method = asString(node['method']) ?? asString(node['request_method']);
  const target = ['url', 'path', 'uri', 'request_uri']
    .map((key) => asString(node[key]))
    .find((one) => one !== undefined);
  return method === undefined || target === undefined ? undefined : callOf(`${method} ${target}`);
};

const pathOf = (target: string): string => target.split(/[?#]/, 1)[0]!.replace(/^[a-z]+:\/\/[^/]*/i, '');
