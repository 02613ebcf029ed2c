import { AuthExpired, type Credential, type HttpRequest } from '@tidemark/resilience';
import { CANARY } from './secrets.js';

/** A bearer token that a test server accepts, and that a test can expire. */
export class TestToken implements Credential {
  readonly kind = 'bearer';
  readonly id = 'test-token';
  #number = 1;
  #known = 1;
  #renewable = true;

  /** The token the server accepts now; pass it to the server again after every `expire`. */
  get accepted(): string {
    return `${CANARY}-${this.#number}`;
  }

  /** The server accepts only the next token; with `renewable: false` the credential cannot obtain it. */
  expire({ renewable = true } = {}): void {
    this.#number++;
    this.#renewable = renewable;
  }

  async apply(request: HttpRequest): Promise<HttpRequest> {
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${CANARY}-${this.#known}` } };
  }

  async refresh(): Promise<boolean> {
    if (!this.#renewable) throw new AuthExpired('AUTH_EXPIRED', 'the renewal of the token was refused');
    const news = this.#known !== this.#number;
    this.#known = this.#number;
    return news;
  }

  async secret(): Promise<{ readonly password: string }> {
    return { password: `${CANARY}-${this.#known}` };
  }

  redact(text: string): string {
    return text.replaceAll(new RegExp(`${CANARY}-\\d+`, 'g'), '[secret]');
  }
}
