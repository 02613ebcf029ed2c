// Error bodies: https://developers.google.com/workspace/drive/api/guides/handle-errors
import type { ApiAnswer } from '../oauth-api.js';

interface More {
  readonly domain?: 'global' | 'usageLimits';
  readonly location?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function error(code: number, reason: string, message: string, { domain = 'global', location, headers }: More = {}) {
  const locationType = location === 'Authorization' ? 'header' : 'parameter';
  const place = location === undefined ? {} : { locationType, location };
  const body = { error: { errors: [{ domain, reason, message, ...place }], code, message } };
  return { status: code, body, ...(headers && { headers }) } satisfies ApiAnswer;
}

const REALM = 'Bearer realm="https://accounts.google.com/"';
const READING =
  'https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/drive.metadata.readonly https://www.googleapis.com/auth/drive.readonly';

/** Drive's error responses. */
export const driveError = {
  invalidCredentials: () =>
    error(401, 'authError', 'Invalid Credentials', {
      location: 'Authorization',
      headers: { 'www-authenticate': `${REALM}, error="invalid_token"` },
    }),
  missingScope: (): ApiAnswer => ({
    status: 403,
    headers: { 'www-authenticate': `${REALM}, error="insufficient_scope", scope="${READING}"` },
    body: {
      error: {
        code: 403,
        message: 'Request had insufficient authentication scopes.',
        errors: [{ message: 'Insufficient Permission', domain: 'global', reason: 'insufficientPermissions' }],
        status: 'PERMISSION_DENIED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
            domain: 'googleapis.com',
          },
        ],
      },
    },
  }),
  apiDisabled: () =>
    error(403, 'accessNotConfigured', 'Google Drive API has not been used in project 1 before or it is disabled.', {
      domain: 'usageLimits',
    }),
  noFilePermission: (id: string) =>
    error(403, 'insufficientFilePermissions', `The user does not have sufficient permissions for file ${id}.`),
  storageQuota: () => error(403, 'storageQuotaExceeded', "The user's Drive storage quota has been exceeded."),
  userRateLimit: () => error(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded', { domain: 'usageLimits' }),
  rateLimit: () => error(403, 'rateLimitExceeded', 'Rate Limit Exceeded', { domain: 'usageLimits' }),
  dailyLimit: () => error(403, 'dailyLimitExceeded', 'Daily Limit Exceeded', { domain: 'usageLimits' }),
  /** The reference names no Retry-After; one that is sent is honoured. */
  throttled: (seconds: number) =>
    error(429, 'rateLimitExceeded', 'Rate Limit Exceeded', {
      domain: 'usageLimits',
      headers: { 'retry-after': `${seconds}` },
    }),
  backendError: (status: 500 | 502 | 503 | 504) => error(status, 'backendError', 'Backend Error'),
  fileNotFound: (id: string) => error(404, 'notFound', `File not found: ${id}.`, { location: 'fileId' }),
  driveNotFound: (id: string) => error(404, 'notFound', `Shared drive not found: ${id}`, { location: 'driveId' }),
  required: (name: string) => error(400, 'required', `Required parameter: ${name}`, { location: name }),
  invalid: (name: string) => error(400, 'invalid', 'Invalid Value', { location: name }),
  invalidField: (name: string) =>
    error(400, 'invalidParameter', `Invalid field selection ${name}`, { location: 'fields' }),
  unknownPath: () => error(404, 'notFound', 'Not Found'),
} as const;
