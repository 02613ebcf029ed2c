import type { HttpRequest } from '../http-client/http-types.js';

export type CredentialKind = 'bearer' | 'basic' | 'api-key' | 'oauth2-authorization-code' | 'oauth2-client-credentials';

/** Authorises requests to external systems. Prints as `[secret]`, and never throws an error that quotes itself. */
export interface Credential {
  readonly kind: CredentialKind;
  /** Identifies it in this process: limits are counted by it. */
  readonly id: string;
  /** The request with its authorisation. Renews a token that is about to expire. @throws AuthExpired · Retryable */
  apply(request: HttpRequest): Promise<HttpRequest>;
  /**
   * After a request made by `apply` was refused (401): whether another `apply` gives a new authorisation to try.
   * @throws AuthExpired when the renewal is refused · Retryable when it fails temporarily
   */
  refresh(refused: HttpRequest): Promise<boolean>;
  /** For protocols other than HTTP: a database's user name and password, or the token as password. Never print it. */
  secret(): Promise<{ readonly username?: string; readonly password: string }>;
  /** The text without the secrets of this credential. */
  redact(text: string): string;
}
