import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ApiRecord {
  /** Null: an object that cannot be used. */
  readonly id: number | null;
  /** Position in the pages; default the id. */
  readonly order?: number;
  readonly [field: string]: unknown;
}

/** A JSON API with `GET /<object>?after=&limit=&since=`: pages of objects in the order of their ids. */
export class PagedApi {
  readonly objects = new Map<string, ApiRecord[]>();
  /** Path and query of every request, in order. */
  readonly requests: string[] = [];
  /** Answers in place of a page, by object. */
  readonly failures = new Map<string, { readonly status: number; readonly body?: unknown }>();
  /** Records of the next page, when the request allows more. */
  pageSize: () => number = () => Infinity;
  /** Before each answer. */
  delay: (url: string) => Promise<void> = async () => undefined;
  /** Changes a record whenever it is read. */
  touch = (record: ApiRecord): ApiRecord => record;
  /** The bearer token that it asks for; undefined: none. */
  token: string | undefined;
  /** Of pages that wait for it. */
  gate: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<PagedApi> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const api = new PagedApi(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => void api.#answer(request, response));
    return api;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The config of an http-json source that reads these objects in pages of `size`. */
  config(objects: readonly string[], size = 10): object {
    return {
      baseUrl: this.url,
      objects: objects.map((name) => ({
        name,
        path: `/${name}`,
        records: 'data',
        updatedAt: 'updatedAt',
        incremental: { since: 'since', until: 'until' },
        pageSize: { param: 'limit', max: size },
        pagination: { kind: 'cursor', next: 'next', param: 'after' },
      })),
    };
  }

  async #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(url);
    await this.gate;
    await this.delay(url);
    const { pathname, searchParams } = new URL(url, this.url);
    const object = pathname.slice(1);
    const failure = this.failures.get(object);
    const records = this.objects.get(object);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    // As some APIs do, it repeats what it was sent.
    if (this.token !== undefined && headers.authorization !== `Bearer ${this.token}`)
      return void answer(401, { error: `not accepted: ${JSON.stringify(headers)}` });
    if (failure) return void answer(failure.status, failure.body ?? { error: 'failed' });
    if (!records) return void answer(404, { error: 'no such object' });
    const after = Number(searchParams.get('after') ?? 0);
    const limit = Number(searchParams.get('limit') ?? 10);
    const since = searchParams.get('since');
    const until = searchParams.get('until');
    const rest = records.filter(
      (record) =>
        positionOf(record) > after &&
        (since === null || String(record['updatedAt']) >= since.slice(0, 19)) &&
        (until === null || String(record['updatedAt']) < until),
    );
    const data = rest.slice(0, Math.min(limit, this.pageSize())).map((record) => this.touch(record));
    answer(200, { data, next: rest.length > data.length ? String(positionOf(data.at(-1)!)) : null });
  }
}

const positionOf = ({ order, id }: ApiRecord): number => order ?? id ?? Infinity;
