export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // A test looks into it as it likes.
  readonly body: any;
}

export interface CallOptions {
  /** Null: none. */
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls an installation over HTTP. */
export class Client {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  async call(method: string, path: string, { key = this.key, body, headers }: CallOptions = {}): Promise<Answer> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }

  get(path: string, options?: CallOptions): Promise<Answer> {
    return this.call('GET', path, options);
  }

  post(path: string, body?: unknown, options?: CallOptions): Promise<Answer> {
    return this.call('POST', path, { ...options, body });
  }

  /** A connection that syncs only when it is asked to. @returns its id */
  async connect(source: object = { connector: 'noop', config: {} }): Promise<string> {
    const answer = await this.post('/v1/connections', { name: 'test', source, schedule: { every: 'manual' } });
    if (answer.status !== 201) throw new Error(`no connection: ${JSON.stringify(answer.body)}`);
    return answer.body.id as string;
  }

  /** Asks for a job and waits for its end by watching its events. */
  async sync(connectionId: string): Promise<any> {
    const { status, body } = await this.post(`/v1/connections/${connectionId}/jobs`, { type: 'full' });
    if (status !== 202) throw new Error(`no job: ${JSON.stringify(body)}`);
    return this.ended(body.id as string);
  }

  /** The job once it has ended: the stream of its events ends with it. */
  async ended(jobId: string): Promise<any> {
    await this.get(`/v1/jobs/${jobId}/events`);
    return (await this.get(`/v1/jobs/${jobId}`)).body;
  }
}
