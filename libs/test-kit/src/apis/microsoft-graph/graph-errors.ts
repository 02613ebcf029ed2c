// Error bodies: https://learn.microsoft.com/en-us/graph/errors, the codes of Outlook as they are seen in the wild
// (microsoftgraph/microsoft-graph-docs#2350, #2877, #3289, #5853).
import type { ApiAnswer } from '../oauth-api.js';

const error = (
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): ApiAnswer => ({
  status,
  ...(headers && { headers }),
  body: {
    error: {
      code,
      message,
      innerError: { date: '2026-03-01T00:00:00', 'request-id': 'request-1', 'client-request-id': 'request-1' },
    },
  },
});

const AUTHENTICATE =
  'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"';

/** Graph's error responses. */
export const graphError = {
  invalidToken: () =>
    error(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.', {
      'www-authenticate': AUTHENTICATE,
    }),
  accessDenied: () => error(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
  unknownUser: (user: string) => error(404, 'ErrorInvalidUser', `The requested user '${user}' is invalid.`),
  noMailbox: () =>
    error(404, 'MailboxNotEnabledForRESTAPI', 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.'),
  notFound: () => error(404, 'ErrorItemNotFound', 'The specified object was not found in the store.'),
  malformedId: () => error(400, 'ErrorInvalidIdMalformed', 'Id is malformed.'),
  syncStateNotFound: (location: string) =>
    error(410, 'SyncStateNotFound', 'The sync state generation is not found; generation=149;[highest=157][157][155].', {
      location,
    }),
  badFilter: () =>
    error(
      400,
      'ErrorInvalidUrlQuery',
      "The '$filter' parameter value is not supported for 'Messages' resource; only a value of 'receivedDateTime ge value' is supported.",
    ),
  badRequest: (message: string) => error(400, 'BadRequest', message),
  throttled: (seconds: number) =>
    error(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.', {
      'retry-after': `${seconds}`,
    }),
  unavailable: (seconds: number) =>
    error(503, 'ServiceUnavailable', 'The service is temporarily unavailable.', { 'retry-after': `${seconds}` }),
  gatewayTimeout: () => error(504, 'UnknownError', ''),
} as const;
