import { expect } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer, CallOptions, Client } from '../../installations/client.js';

/** Calls whose responses must match /openapi.json exactly, without missing or undescribed properties. */
export class Described {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(
    private readonly client: Client,
    private readonly document: any,
  ) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ ...(closed(document) as object), $id: 'api' });
  }

  static async of(client: Client): Promise<Described> {
    return new Described(client, (await client.get('/openapi.json', { key: null })).body);
  }

  /** @param path of the route as described, with the values of its parameters in order: `['/v1/jobs/{id}', id]` */
  async call(
    method: string,
    [path, ...values]: readonly string[],
    options: CallOptions & { query?: string } = {},
  ): Promise<Answer> {
    const { query = '', ...rest } = options;
    const url = values.reduce((text, value) => text.replace(/\{\w+\}/, value), path!);
    const answer = await this.client.call(method, `${url}${query}`, rest);
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    this.#check(method, path!, answer);
    return answer;
  }

  #check(method: string, path: string, { status, body }: Answer): void {
    const responses = this.document.paths[path]?.[method.toLowerCase()]?.responses as
      Record<string, unknown> | undefined;
    if (!responses) throw new Error(`${method} ${path} is not described`);
    const name = String(status) in responses ? String(status) : status >= 400 ? 'default' : undefined;
    if (!name) throw new Error(`${method} ${path}: status ${status} is not described`);
    if (status === 204) return expect(body).toBeFalsy();
    const at = ['paths', path, method.toLowerCase(), 'responses', name, 'content', 'application/json', 'schema'];
    const pointer = at.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    let validate = this.#validators.get(pointer);
    if (!validate) this.#validators.set(pointer, (validate = this.#ajv.compile({ $ref: `api#/${pointer}` })));
    validate(body);
    expect(validate.errors ?? []).toEqual([]);
  }
}

/** The same with every object schema closed to properties that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, key === 'example' ? value : closed(value)]);
  const isOpenObject = 'properties' in schema && !('additionalProperties' in schema);
  return { ...Object.fromEntries(entries), ...(isOpenObject && { additionalProperties: false }) };
}
