import type { ErrorBody } from '../errors/error-body.js';
import { uuidv7 } from '@tidemark/foundation';
import type { Limit, Protocol } from './connection-limits.js';

const RETRY_AFTER = 5;
const messages = {
  all: 'too many connections in all; close those that you do not need',
  address: 'too many connections from this address; close those that you do not need',
};

/** HTTP: 429 where the caller's address is at its limit, 503 where all are. */
function httpRefusal(why: Limit): string {
  const requestId = uuidv7();
  const code = why === 'address' ? 'RATE_LIMITED' : 'SERVICE_UNAVAILABLE';
  const body = JSON.stringify({ error: { code, message: messages[why], requestId } } satisfies ErrorBody);
  return [
    `HTTP/1.1 ${why === 'address' ? '429 Too Many Requests' : '503 Service Unavailable'}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `retry-after: ${RETRY_AFTER}`,
    `x-request-id: ${requestId}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const GOAWAY = 7;
const ENHANCE_YOUR_CALM = 11;

/** HTTP/2: GOAWAY with ENHANCE_YOUR_CALM, before any call. */
function grpcRefusal(why: Limit): Uint8Array {
  const debug = Buffer.from(messages[why]);
  const head = Buffer.from([0, 0, 8 + debug.length, GOAWAY, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ENHANCE_YOUR_CALM]);
  return Buffer.concat([SETTINGS, head, debug]);
}

export const http: Protocol = { refusal: httpRefusal, canRefuseLater: true };

/** An admitted connection belongs to its HTTP/2 session. */
export const http2: Protocol = { refusal: grpcRefusal, canRefuseLater: false };
