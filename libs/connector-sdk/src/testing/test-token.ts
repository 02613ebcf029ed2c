import { AuthExpired, type Credential, type HttpRequest } from '@tidemark/resilience';
import { CANARY } from './secrets.js';

/** A bearer token that a test's server takes, and that a test can let expire. */
export class TestToken implements Credential {
  readonly kind = 'bearer';
  readonly id = 'test-token';
  #number = 1;
  #known = 1;
  #renewable = true;

  /** What the server takes now; hand it over again after every `expire`. */
  get accepted(): string {
    return `${CANARY}-${this.#number}`;
  }

  /** The server takes the next one; with `renewable: false` the credential never learns it. */
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
