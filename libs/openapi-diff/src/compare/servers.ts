import type { Both } from '../both.js';
import { asArray, asObject, asString, isObject, stableJson, type Json, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import type { Side } from './side.js';

const MAX_ADDRESSES = 100;

/** The addresses of a list of servers, each with the server; without any, it is that of the description. */
export const addressesOf = (servers: Json | undefined): ReadonlyMap<string, JsonObject> => {
  const listed = asArray(servers).filter(isObject);
  const found = new Map<string, JsonObject>();
  for (const server of listed.length === 0 ? [{ url: '/' }] : listed)
    for (const address of written(server)) if (!found.has(address)) found.set(address, server);
  return found;
};

/** All addresses that the variables of a server allow; one without a list of values stays in its braces. */
const written = (server: JsonObject): string[] => {
  let urls = [asString(server['url']) ?? ''];
  for (const [name, variable] of Object.entries(asObject(server['variables']))) {
    const values = asArray(asObject(variable)['enum']).map(String);
    if (values.length === 0 || urls.length * values.length > MAX_ADDRESSES) continue;
    urls = urls.flatMap((url) =>
      url.includes(`{${name}}`) ? values.map((value) => url.replaceAll(`{${name}}`, value)) : [url],
    );
  }
  return urls.map(canonicalUrl);
};

/** Case of the host, the port that a scheme has by default, and a last slash say nothing. */
const canonicalUrl = (url: string): string => {
  const [origin = '', scheme, host = ''] = /^([a-z][a-z0-9+.-]*:)?(\/\/[^/?#]*)?/i.exec(url) ?? [];
  const lower = (scheme ?? '').toLowerCase();
  const port = lower === 'https:' ? ':443' : lower === 'http:' ? ':80' : undefined;
  // Variables keep their case.
  const name = outsideBraces(host, (part) => part.toLowerCase());
  const bare = port !== undefined && name.endsWith(port) ? name.slice(0, -port.length) : name;
  let end = url.length;
  while (end > origin.length && url[end - 1] === '/') end--;
  const path = url.slice(origin.length, end);
  return `${lower}${bare}${path}` || '/';
};

const outsideBraces = (text: string, change: (part: string) => string): string => {
  let out = '';
  let at = 0;
  for (let open = text.indexOf('{'); open !== -1; open = text.indexOf('{', at)) {
    const close = text.indexOf('}', open);
    if (close === -1) break;
    out += change(text.slice(at, open)) + text.slice(open, close + 1);
    at = close + 1;
  }
  return out + change(text.slice(at));
};

/** What is said of a server beside its address. */
export const wordsOf = ({ url: _url, variables, ...words }: JsonObject): string =>
  stableJson({ ...words, ...(isObject(variables) && { variables: defaultsOf(variables) }) });

const defaultsOf = (variables: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, asObject(variable)['default'] ?? null]),
  );

/** Whether any operation that both have is served where the API is. */
export const isServedByApi = ({ before, after }: Both<Side>): boolean => {
  const served = (side: Side): boolean[] =>
    Object.values(side.api.paths).flatMap((item) =>
      Object.entries(asObject(item)).flatMap(([method, operation]) =>
        METHODS.has(method) && isObject(operation) ? [operation['servers'] === undefined] : [],
      ),
    );
  const [old, now] = [served(before), served(after)];
  return old.length === 0 || now.length === 0 || (old.includes(true) && now.includes(true));
};
