/** A credential as it is stored (encrypted). Contains secrets: not for logs, events or responses. */
export type CredentialData = (StaticCredentialData | OAuthCredentialData) & WithWebhookSecrets;

interface WithWebhookSecrets {
  /** What the system signs its webhooks with; several while one takes the place of another. */
  readonly webhookSecrets?: readonly string[];
}

export type StaticCredentialData =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'api-key';
      readonly key: string;
      readonly in: 'header' | 'query';
      /** Of the header or the query parameter. */
      readonly name: string;
      /** Before the key in a header: `Token `. */
      readonly prefix?: string;
    };

export interface OAuthCredentialData {
  readonly kind: 'oauth2-authorization-code' | 'oauth2-client-credentials';
  readonly client: OAuthClient;
  /** Those of an authorization code come from `exchangeCode`; those of client credentials are fetched when needed. */
  readonly tokens?: OAuthTokens;
}

/** Tidemark as a client of the OAuth server. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** How the secret is sent; default `basic` with a secret, `none` without. */
  readonly clientAuth?: 'basic' | 'post' | 'none';
  readonly tokenUrl: string;
  /** The page where users give consent. */
  readonly authorizationUrl?: string;
  readonly scopes?: readonly string[];
  /** More parameters of the page: Google's `access_type` and `prompt`, Notion's `owner`. */
  readonly authorizationParameters?: Readonly<Record<string, string>>;
  /** More parameters of token requests: `audience`, `resource`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Times in ms since the epoch. */
export interface OAuthTokens {
  readonly accessToken: string;
  readonly obtainedAt: number;
  /** Missing: not given by the server; the token counts as valid until it is refused. */
  readonly expiresAt?: number;
  readonly refreshToken?: string;
}
