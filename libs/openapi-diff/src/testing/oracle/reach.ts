import { asArray, asObject, isObject, type Json, type JsonObject } from '../../json.js';
import { METHODS } from '../../normalize/kinds.js';
import { unescapePointer } from '../../pointers.js';

/** The operations by which callers send a part of a description, read it, or write it into a parameter or header. */
export interface Reach {
  readonly sent: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
  readonly other: ReadonlySet<string>;
}

/** Follows every reference of every operation, as a plain walk: slow, and independent of how the engine does it. */
export class Reachability {
  readonly #places = new Map<object, Record<keyof Reach, Set<string>>>();

  constructor(private readonly document: JsonObject) {
    for (const [path, item] of Object.entries(asObject(document['paths']))) this.#item(path, asObject(item), false);
    for (const [name, item] of Object.entries(asObject(document['webhooks']))) this.#item(name, asObject(item), true);
  }

  of(node: object): Reach {
    return this.#places.get(node) ?? { sent: new Set(), read: new Set(), other: new Set() };
  }

  #item(path: string, item: JsonObject, inbound: boolean): void {
    for (const [method, value] of Object.entries(item)) {
      if (!METHODS.has(method)) continue;
      const [key, operation] = [`${method} ${path}`, asObject(value)];
      const parameters = [...asArray(item['parameters']), ...asArray(operation['parameters'])];
      // In OpenAPI 2.0 a body is a parameter.
      for (const parameter of parameters)
        this.#walk(parameter, asObject(this.#follow(parameter))['in'] === 'body' ? 'sent' : 'other', key);
      this.#walk(operation['requestBody'], inbound ? 'read' : 'sent', key);
      for (const response of Object.values(asObject(operation['responses']))) {
        const { headers, ...rest } = asObject(this.#follow(response));
        this.#walk(headers, 'other', key);
        this.#walk(rest, inbound ? 'sent' : 'read', key);
      }
      this.#walk(operation['callbacks'], 'other', key);
    }
  }

  #walk(from: Json | undefined, as: keyof Reach, key: string): void {
    const seen = new Set<object>();
    const waiting: Json[] = from === undefined ? [] : [from];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      const target = this.#follow(node);
      if (typeof target !== 'object' || target === null || seen.has(target)) continue;
      seen.add(target);
      let places = this.#places.get(target);
      if (!places) this.#places.set(target, (places = { sent: new Set(), read: new Set(), other: new Set() }));
      places[as].add(key);
      for (const child of Object.values(target)) if (typeof child === 'object' && child !== null) waiting.push(child);
    }
  }

  #follow(node: Json | undefined): Json | undefined {
    for (let hop = 0; hop < 32 && isObject(node) && typeof node['$ref'] === 'string'; hop++) {
      const steps = node['$ref']
        .split('/')
        .slice(1)
        .map((step) => unescapePointer(decodeURIComponent(step)));
      node = steps.reduce<Json | undefined>((at, step) => asObject(at)[step], this.document);
    }
    return node;
  }
}
