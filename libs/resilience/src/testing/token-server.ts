import type { IncomingHttpHeaders } from 'node:http';
import type { OAuthClient } from '../index.js';
import type { Servers } from './serve.js';

export interface TokenRequest {
  readonly form: Record<string, string>;
  readonly headers: IncomingHttpHeaders;
}

/**
 * An OAuth server with an API behind it that accepts only the last issued access token. Token n is `access-n`, and
 * refresh token n, which only works once, `refresh-n`.
 */
export class TokenServer {
  readonly requests: TokenRequest[] = [];
  /** Authorization headers of the requests to the API. */
  readonly apiCalls: string[] = [];
  /** The next response to token requests, in place of tokens. */
  readonly answers: { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }[] =
    [];
  /** Token requests wait for it. */
  ready: Promise<void> = Promise.resolve();
  expiresIn: number | undefined = 3600;
  issued = 0;
  #origin = '';

  async start(servers: Servers): Promise<this> {
    this.#origin = await servers.http(async (request, response) => {
      if (request.url !== '/token') {
        const given = request.headers.authorization ?? '';
        this.apiCalls.push(given);
        return void response.writeHead(given === `Bearer access-${this.issued}` ? 200 : 401).end('{"message":"no"}');
      }
      const body = Buffer.concat(await request.toArray()).toString();
      const form = Object.fromEntries(new URLSearchParams(body));
      this.requests.push({ form, headers: request.headers });
      await this.ready;
      const answer = this.answers.shift() ?? this.#tokens(form);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    });
    return this;
  }

  get api(): string {
    return `${this.#origin}/api`;
  }

  get client(): OAuthClient {
    return {
      ...{ clientId: 'us', clientSecret: 'client-hunter2', tokenUrl: `${this.#origin}/token` },
      ...{ authorizationUrl: `${this.#origin}/authorize?tenant=1`, scopes: ['read', 'write'] },
    };
  }

  #tokens({ grant_type, refresh_token }: Record<string, string>): TokenServer['answers'][number] {
    if (grant_type === 'refresh_token' && refresh_token !== `refresh-${this.issued}`)
      return { status: 400, body: { error: 'invalid_grant', error_description: `${refresh_token} was used` } };
    this.issued++;
    const tokens = { access_token: `access-${this.issued}`, refresh_token: `refresh-${this.issued}` };
    return { status: 200, body: { ...tokens, token_type: 'Bearer', expires_in: this.expiresIn } };
  }
}
