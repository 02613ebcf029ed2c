// The common part of the APIs of Google and Microsoft: HTTP on the loopback, bearer tokens with a token endpoint
// (RFC 6749 sections 4.4, 5.1, 5.2 and 6; RFC 6750 section 3), faults on demand, and a record of requests.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ApiRequest {
  readonly method: string;
  /** Without query, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * The fault of one response: the connection ends half-way through its body; its JSON is broken; it never arrives;
 * its first object has lost its id; it is replaced by another response; or none, and the next fault is for the next response.
 */
export type ApiFault = 'none' | 'cut' | 'invalidJson' | 'hang' | 'missingId' | ApiAnswer;

/** The client that may request tokens. */
export const oauthClient = { clientId: 'client-1', clientSecret: 'client-secret-of-the-test' } as const;

export abstract class OAuthApi implements AsyncDisposable {
  /** Requests to the API, in the order of their arrival; those to the token endpoint are in `tokenRequests`. */
  readonly requests: ApiRequest[] = [];
  readonly tokenRequests: ApiRequest[] = [];
  /** The scopes of the tokens. */
  scopes: readonly string[] = [];
  /** The lifetime reported for the next tokens, in seconds. */
  expiresIn = 3600;

  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));
  readonly #faults: { readonly fault: ApiFault; readonly always: boolean }[] = [];
  readonly #valid = new Set<string>();
  #refreshToken: string | undefined = 'refresh-1';
  #issued = 0;
  readonly #hanging = Promise.withResolvers<ApiRequest>();

  /** Listens on a free port of the loopback. */
  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get tokenUrl(): string {
    return `${this.origin}/oauth2/token`;
  }

  /** A new access token. */
  accessToken(): string {
    const token = `access-${++this.#issued}-secret`;
    this.accept(token);
    return token;
  }

  /** Accepts this token too. */
  accept(token: string): void {
    this.#valid.add(token);
  }

  /** The one that the token endpoint accepts now; each use replaces it. */
  get refreshToken(): string {
    return this.#refreshToken ?? 'refresh-revoked';
  }

  /** The tokens after a fresh consent: one that lives for `expiresIn`, and one to renew it with. */
  authorised() {
    const obtainedAt = Date.now();
    return {
      kind: 'oauth2-authorization-code',
      client: { ...oauthClient, tokenUrl: this.tokenUrl },
      tokens: {
        accessToken: this.accessToken(),
        refreshToken: this.refreshToken,
        ...{ obtainedAt, expiresAt: obtainedAt + this.expiresIn * 1000 },
      },
    } as const;
  }

  /** Access tokens issued so far are no longer accepted; new ones can be requested. */
  expireTokens(): void {
    this.#valid.clear();
  }

  /** The user revoked the consent: no token is accepted, no new one issued. */
  revoke(): void {
    this.expireTokens();
    this.#refreshToken = undefined;
  }

  /** Applies the fault to the next response, or to every response from now on. Several faults apply one after another. */
  fault(fault: ApiFault, times: 'once' | 'always' = 'once'): void {
    this.#faults.push({ fault, always: times === 'always' });
  }

  /** Resolves when a request has arrived that gets no response. */
  hanging(): Promise<ApiRequest> {
    return this.#hanging.promise;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  protected abstract answer(request: ApiRequest): ApiAnswer;
  protected abstract unauthorized(): ApiAnswer;
  /** Removes the id from the first object of a list. */
  protected abstract withoutId(body: unknown): unknown;

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', this.origin);
    const request: ApiRequest = {
      method: incoming.method ?? 'GET',
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    };
    if (url.pathname === '/oauth2/token') {
      this.tokenRequests.push(request);
      return send(response, this.#token(request));
    }
    this.requests.push(request);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !this.#valid.has(token)) return send(response, this.unauthorized());
    this.#respond(response, request);
  }

  #respond(response: ServerResponse, request: ApiRequest): void {
    const fault = this.#nextFault();
    if (fault === 'hang') return this.#hanging.resolve(request);
    if (fault !== undefined && typeof fault !== 'string') return send(response, fault);
    const answer = this.answer(request);
    if (fault === undefined || fault === 'none') return send(response, answer);
    if (fault === 'missingId') return send(response, { ...answer, body: this.withoutId(answer.body) });
    const text = JSON.stringify(answer.body);
    const half = text.slice(0, text.length / 2);
    if (fault === 'invalidJson') return send(response, { ...answer, body: half }, true);
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.write(half, () => response.destroy());
  }

  #nextFault(): ApiFault | undefined {
    const first = this.#faults[0];
    if (first && !first.always) this.#faults.shift();
    return first?.fault;
  }

  #token(request: ApiRequest): ApiAnswer {
    const form = new URLSearchParams(request.body);
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const [id, secret] = basic
      ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
      : [form.get('client_id'), form.get('client_secret')];
    if (id !== oauthClient.clientId || secret !== oauthClient.clientSecret)
      return { status: 401, body: { error: 'invalid_client', error_description: 'The OAuth client was not found.' } };
    const grant = form.get('grant_type');
    if (grant !== 'refresh_token' && grant !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    if (grant === 'refresh_token' && (!this.#refreshToken || form.get('refresh_token') !== this.#refreshToken))
      return {
        status: 400,
        body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
      };
    const access = { access_token: this.accessToken(), token_type: 'Bearer', expires_in: this.expiresIn };
    if (grant === 'client_credentials') return { status: 200, body: access };
    this.#refreshToken = `refresh-${this.#issued + 1}-secret`;
    return { status: 200, body: { ...access, refresh_token: this.#refreshToken, scope: this.scopes.join(' ') } };
  }
}

function send(response: ServerResponse, { status, headers, body }: ApiAnswer, raw = false): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? undefined : raw ? String(body) : JSON.stringify(body));
}
