import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An OAuth server: codes and refresh tokens work once, and a code only with the verifier of its challenge. */
export class OAuthServer {
  /** The forms of all token requests. */
  readonly requests: Record<string, string>[] = [];
  /** In seconds. */
  expiresIn = 3600;
  /** Answers every token request with this error of OAuth. */
  refuses: string | undefined;
  /** Called with each access token that is issued. */
  onIssued: (accessToken: string) => void = () => undefined;
  #issued = 0;
  readonly #codes = new Map<string, string>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** Begins all tokens. */
    private readonly mark: string,
  ) {}

  static async start(mark = 'token'): Promise<OAuthServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const oauth = new OAuthServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, mark);
    server.on('request', (request, response) => void oauth.#answer(request, response));
    return oauth;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  get client() {
    return {
      ...{ clientId: 'tidemark', clientSecret: `${this.mark}-client`, tokenUrl: `${this.url}/token` },
      ...{ authorizationUrl: `${this.url}/authorize`, authorizationParameters: { prompt: 'consent' } },
    };
  }

  /** What a user who agrees on that page is sent back with. */
  consent(page: string): URL {
    const asked = new URL(page).searchParams;
    const code = `${this.mark}-code-${this.#codes.size}`;
    this.#codes.set(code, asked.get('code_challenge')!);
    const back = new URL(asked.get('redirect_uri')!);
    back.search = new URLSearchParams({ code, state: asked.get('state')! }).toString();
    return back;
  }

  /** Tokens as they are after a consent. */
  issue() {
    const number = ++this.#issued;
    const tokens = { accessToken: `${this.mark}-access-${number}`, refreshToken: `${this.mark}-refresh-${number}` };
    this.onIssued(tokens.accessToken);
    return { ...tokens, obtainedAt: Date.now(), expiresAt: Date.now() + this.expiresIn * 1000 };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(await request.toArray()).toString()));
    this.requests.push(form);
    const error = this.refuses ?? (await this.#problemOf(form));
    const { accessToken: access_token, refreshToken: refresh_token } = error ? {} : this.issue();
    const body = error
      ? { error, error_description: `of ${JSON.stringify(form)}` }
      : { access_token, refresh_token, token_type: 'Bearer', expires_in: this.expiresIn };
    response.writeHead(error ? 400 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async #problemOf({ grant_type, code = '', code_verifier = '', refresh_token }: Record<string, string>) {
    if (grant_type === 'client_credentials') return undefined;
    if (grant_type === 'refresh_token')
      return refresh_token === `${this.mark}-refresh-${this.#issued}` ? undefined : 'invalid_grant';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code_verifier));
    const isProven = this.#codes.get(code) === Buffer.from(digest).toString('base64url');
    this.#codes.delete(code);
    return isProven ? undefined : 'invalid_grant';
  }
}
