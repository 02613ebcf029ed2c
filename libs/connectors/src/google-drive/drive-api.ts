import { trimEndOf } from '@tidemark/foundation';
import {
  AuthExpired,
  ExternalError,
  type HttpClient,
  type OnOverload,
  RateLimited,
  Retryable,
  Terminal,
} from '@tidemark/resilience';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** How a call ends, and what its caller does about an overload. */
export interface DriveCall {
  readonly signal: AbortSignal;
  readonly onOverload?: OnOverload;
}

/** Calls of Drive API v3 needed for reading, with errors that say how to fix them. */
export class DriveApi {
  readonly #http: HttpClient;
  readonly #baseUrl: string;
  readonly #now: () => number;

  constructor(http: HttpClient, baseUrl: string, now: () => number) {
    this.#http = http;
    this.#baseUrl = baseUrl;
    this.#now = now;
  }

  /** @throws ExternalError */
  async get<T extends object>(path: string, query: Query, call: DriveCall): Promise<T> {
    const url = `${trimEndOf(this.#baseUrl, '/')}/${path}`;
    try {
      const answer = (await this.#http.request({ ...call, url, query })).json<unknown>();
      if (typeof answer === 'object' && answer !== null) return answer as T;
    } catch (error) {
      throw call.signal.aborted ? error : explained(error, this.#now());
    }
    throw new Retryable('SOURCE_INVALID_RESPONSE', `Google Drive: the response to ${path} is not a JSON object`);
  }
}

/** The documented parts of an error's body: https://developers.google.com/workspace/drive/api/guides/handle-errors */
interface DriveFault {
  readonly reason?: string;
  readonly location?: string;
}

function faultIn(detail: unknown): DriveFault {
  const { error } = (detail ?? {}) as { error?: { errors?: readonly unknown[] } };
  const first = Array.isArray(error?.errors) ? error.errors[0] : undefined;
  const { reason, location } = (first ?? {}) as Record<string, unknown>;
  return {
    ...(typeof reason === 'string' && { reason }),
    ...(typeof location === 'string' && { location }),
  };
}

/** All quotas except the daily one are per minute: https://developers.google.com/workspace/drive/api/guides/limits */
const QUOTA_MS: Readonly<Record<string, number>> = {
  userRateLimitExceeded: 60_000,
  rateLimitExceeded: 60_000,
  quotaExceeded: 60_000,
  sharingRateLimitExceeded: 60_000,
  dailyLimitExceeded: 60 * 60_000,
};

const SCOPE = 'https://www.googleapis.com/auth/drive.readonly';
/** Why access is refused, and how to fix it. */
const REFUSALS: Readonly<Record<string, string>> = {
  insufficientPermissions: `the credential lacks a scope: authorise the connection again with ${SCOPE}`,
  accessNotConfigured:
    'the Google Drive API is not enabled: enable it for the project of the OAuth client in the Google Cloud console',
  insufficientFilePermissions: 'the user has no access to this: share it with the user who authorised the connection',
  appNotAuthorizedToFile: `the credential covers only files opened with the app: authorise the connection again with ${SCOPE}`,
  domainPolicy: 'the administrators of the domain do not allow apps to use Drive: ask them to allow this one',
  storageQuotaExceeded: 'the storage of the user is full: free some space, or buy more',
};

function explained(error: unknown, now: number): unknown {
  if (!(error instanceof ExternalError)) return error;
  const { status, detail } = error;
  const { reason = '', location } = faultIn(detail);
  const more = { cause: error, detail, ...(status !== undefined && { status }) };
  const terminal = (code: string, message: string, field?: string) =>
    new Terminal(code, `Google Drive: ${message}`, { ...more, ...(field !== undefined && { field }) });

  if (error instanceof AuthExpired)
    return new AuthExpired(error.code, `${error.message}: authorise the connection again`, more);
  if (status === 403 && error instanceof Terminal) {
    const rest = QUOTA_MS[reason];
    if (rest !== undefined)
      return new RateLimited('RATE_LIMITED', error.message, { ...more, until: now + rest, retryAfterMs: rest });
    return terminal(error.code, REFUSALS[reason] ?? error.message);
  }
  if (status === 410 || (location === 'pageToken' && (status === 400 || status === 404)))
    return terminal('SOURCE_CURSOR_EXPIRED', 'the page token has expired: read from the beginning');
  if (status === 404 && location === 'driveId')
    return terminal(error.code, 'there is no such shared drive, or the user is not a member of it', 'driveId');
  if (status === 404 && location === 'fileId')
    return terminal(error.code, 'there is no such folder, or the user has no access to it', 'folder');
  if (status === 400 && location === 'fields')
    return terminal(error.code, `unknown property in fields: ${error.message}`, 'fields');
  return error;
}
