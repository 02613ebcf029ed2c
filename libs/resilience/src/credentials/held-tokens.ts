import type { OAuthClient, OAuthTokens } from './credential-data.js';

/** Says that a process is renewing tokens: its number changes as long as the process lives. */
export interface Renewal {
  readonly holder: string;
  readonly beat: number;
}

/** The stored part of a credential that renews itself. */
export interface HeldTokens {
  /** Differs with every change of the client or the tokens, and of nothing else. */
  readonly revision: string;
  readonly client: OAuthClient;
  readonly tokens?: OAuthTokens | undefined;
  readonly renewal?: Renewal | undefined;
}

/** Where tokens are kept, for all processes. */
export interface TokenKeeper {
  /** @throws Error when the credential is gone */
  load(): Promise<HeldTokens>;
  /** Replaces the renewal that was seen; false when the tokens or the renewal have changed since. */
  mark(seen: Pick<HeldTokens, 'revision' | 'renewal'>, renewal: Renewal | undefined): Promise<boolean>;
  /**
   * Replaces the tokens of that revision, and ends the renewal, whoever holds it: what a server has issued is stored even
   * if others believed its receiver dead. @returns the new revision; null when there has been another change
   */
  save(revision: string, tokens: OAuthTokens): Promise<string | null>;
}

export const isSameRenewal = (one: Renewal | undefined, other: Renewal | undefined): boolean =>
  one?.holder === other?.holder && one?.beat === other?.beat;
