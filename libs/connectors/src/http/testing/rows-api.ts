import { TestToken, type DestinationWorld } from '@tidemark/connector-sdk/testing';
import type { JsonObject } from '@tidemark/connector-sdk';
import { serve, type Answered, type Asked } from '../../http-json/testing/published.js';

type Row = { readonly id: string } & JsonObject;

/** A small REST API of rows: `PUT`, `PATCH` and `DELETE /rows/{id}`, `POST /rows` with an `Idempotency-Key`, `POST /rows/batch`. */
export class RowsApi {
  readonly rows = new Map<string, Row>();
  readonly added: Row[] = [];
  readonly #seen = new Set<string>();

  constructor(private readonly accepted: () => string | null) {}

  answer({ method, path, headers, body }: Asked): Answered {
    const token = this.accepted();
    if (token !== null && headers['authorization'] !== `Bearer ${token}`) return [401, { error: 'bad token' }];
    if (path === '/rows/batch') return [200, { results: (body as unknown as { rows: Row[] }).rows.map((row) => this.#put(row)) }]; // prettier-ignore
    if (path === '/rows' && method === 'POST')
      return this.#post(body as unknown as Row, String(headers['idempotency-key']));
    const id = decodeURIComponent(path.split('/')[2] ?? '');
    if (path === '/ping') return [200, {}];
    if (path.startsWith('/nothing')) return [400, { message: 'nothing here' }];
    if (method === 'DELETE') return this.rows.delete(id) ? [204, ''] : [404, { message: 'no such row' }];
    if (method === 'PATCH' && !this.rows.has(id)) return [404, { message: 'no such row' }];
    const { status, ...rest } = this.#put(body as unknown as Row);
    return [status, rest];
  }

  #put(row: Row) {
    if (typeof row['amount'] !== 'number')
      return {
        status: 422,
        id: row.id,
        ok: false,
        code: 'wrongType',
        message: 'amount must be a number',
        field: 'amount',
      };
    const status = this.rows.has(row.id) ? 200 : 201;
    this.rows.set(row.id, row);
    return { status, id: row.id, ok: true, created: status === 201 };
  }

  #post(row: Row, key: string): Answered {
    if (typeof row['amount'] !== 'number') return [422, { code: 'wrongType', message: 'no number', field: 'amount' }];
    if (!this.#seen.has(key)) this.added.push(row);
    this.#seen.add(key);
    return [201, {}];
  }
}

const refusal = { code: 'body.code', message: 'body.message', field: 'body.field' };
const one = { path: '/rows/{{row.id}}', refusal };

/** Operations with one request per row, or several rows in each. */
export const operations = {
  row: {
    append: { path: '/rows', idempotencyHeader: 'Idempotency-Key', refusal },
    upsert: { ...one, method: 'PUT' },
    update: { ...one, method: 'PATCH' },
    delete: { ...one, method: 'DELETE' },
  },
  batch: {
    upsert: {
      path: '/rows/batch',
      body: { rows: '{{rows}}' },
      rowsPerRequest: 2,
      results: [{ rows: 'results', ok: 'ok', created: 'created', code: 'code', message: 'message', field: 'field' }],
    },
    delete: { ...one, method: 'DELETE' },
  },
};

export async function rowsWorld(
  per: keyof typeof operations,
): Promise<DestinationWorld & { readonly api: RowsApi; revoke(): void }> {
  // prettier-ignore
  const token = new TestToken();
  let accepted = token.accepted;
  const api = new RowsApi(() => accepted);
  const server = await serve((asked) => api.answer(asked));
  const config = { baseUrl: server.url, check: { path: '/ping' }, objects: [{ name: 'rows', ...operations[per] }] };
  return {
    ...{ api, connection: { config, credential: token }, object: 'rows' },
    rows: async () => [...api.rows.values(), ...api.added],
    stop: async () => server[Symbol.asyncDispose](),
    close: async () => server[Symbol.asyncDispose](),
    revoke: () => {
      token.expire({ renewable: false });
      accepted = token.accepted;
    },
  };
}
