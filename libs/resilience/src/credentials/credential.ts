import type { HttpRequest } from '../http-client/http-types.js';

export type CredentialKind = 'bearer' | 'basic' | 'api-key' | 'oauth2-authorization-code' | 'oauth2-client-credentials';

/** What opens a door outside. Shows `[secret]` wherever it is printed, and never throws an error that quotes itself. */
export interface Credential {
  readonly kind: CredentialKind;
  /** Names it in this process: limits are counted by it. */
  readonly id: string;
  /** The request with what authorises it. Renews a token that is about to expire. @throws AuthExpired · Retryable */
  apply(request: HttpRequest): Promise<HttpRequest>;
  /**
   * After a request made by `apply` was refused (401): whether another `apply` gives something else to try with.
   * @throws AuthExpired when the renewal is refused · Retryable when it cannot be had now
   */
  refresh(refused: HttpRequest): Promise<boolean>;
  /** For what is not HTTP: a database's user name and password, or the token as password. Keep it out of sight. */
  secret(): Promise<{ readonly username?: string; readonly password: string }>;
  /** The text without anything secret that this credential knows of. */
  redact(text: string): string;
}
