export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests access any of its members.
  readonly body: any;
}

export interface CallOptions {
  /** Null: none. */
  readonly key?: string | null;
  /** A text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls an installation over HTTP. */
export class Client {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  /** One request; an answer in JSON comes parsed. */
  async call(method: string, path: string, { key = this.key, body, headers }: CallOptions = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  get(path: string, options?: CallOptions): Promise<Answer> {
    return this.call('GET', path, options);
  }

  post(path: string, body?: unknown, options?: CallOptions): Promise<Answer> {
    return this.call('POST', path, { ...options, body });
  }

  /** A connection that syncs only on request. @returns its id */
  async connect(source: object = { connector: 'noop', config: {} }, given: object = {}): Promise<string> {
    const body = { name: 'test', source, schedule: { every: 'manual' }, check: false, ...given };
    return (await this.#made(201, '/v1/connections', body)).id;
  }

  /** Creates a job. @returns its id */
  async order(connectionId: string, given: object = {}): Promise<string> {
    return (await this.#made(202, `/v1/connections/${connectionId}/jobs`, given)).id;
  }

  /** Creates a job and waits for its end. @returns the job */
  async sync(connectionId: string): Promise<any> {
    return this.ended(await this.order(connectionId));
  }

  /** The job once it has ended: the stream of its events ends with it. */
  async ended(jobId: string): Promise<any> {
    await this.get(`/v1/jobs/${jobId}/events`);
    return (await this.get(`/v1/jobs/${jobId}`)).body;
  }

  /** A key of another tenant, or of fewer scopes. */
  newKey(tenant: string, ...scopes: string[]): Promise<{ id: string; key: string }> {
    return this.#made(201, '/v1/keys', { name: 'test', tenant, scopes });
  }

  async #made(expected: number, path: string, body: object): Promise<any> {
    const answer = await this.post(path, body);
    if (answer.status !== expected) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
