import { describe, expect, it } from '@jest/globals';
import { AuthExpired, Retryable, Terminal } from '@tidemark/resilience';
import pg from 'pg';
import { ConnectionLost, externalErrorOf, NoAnswer, NoLogin } from './errors.js';

const serverError = (code: string, message = 'no') =>
  Object.assign(new pg.DatabaseError(message, 1, 'error'), { code });

describe('an error of a server', () => {
  it.each([
    ['28P01', AuthExpired, 'SOURCE_AUTH_EXPIRED'],
    ['28000', AuthExpired, 'SOURCE_AUTH_EXPIRED'],
    ['3D000', Terminal, 'SOURCE_NOT_FOUND'],
    ['42501', Terminal, 'SOURCE_FORBIDDEN'],
    ['42601', Terminal, 'SOURCE_QUERY_FAILED'],
    ['22012', Terminal, 'SOURCE_QUERY_FAILED'],
    ['40001', Retryable, 'SOURCE_QUERY_FAILED'],
    ['40P01', Retryable, 'SOURCE_QUERY_FAILED'],
    ['53100', Retryable, 'DISK_FULL'],
    ['53200', Retryable, 'OUT_OF_MEMORY'],
    ['53300', Retryable, 'TOO_MANY_CONNECTIONS'],
    ['55P03', Retryable, 'SOURCE_QUERY_FAILED'],
    ['57014', Retryable, 'SOURCE_QUERY_FAILED'],
    ['57P01', Retryable, 'SOURCE_UNREACHABLE'],
    ['57P03', Retryable, 'SOURCE_UNREACHABLE'],
    ['08006', Retryable, 'SOURCE_UNREACHABLE'],
    ['25P03', Retryable, 'SOURCE_UNREACHABLE'],
    ['XX000', Terminal, 'SOURCE_QUERY_FAILED'],
  ])('with SQLSTATE %s is reported as such', (state, kind, code) => {
    const error = externalErrorOf(serverError(state), 'source');
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code, message: `no (SQLSTATE ${state})` });
  });

  it('distinguishes a statement that timed out from one that was cancelled', () => {
    const error = externalErrorOf(serverError('57014', 'canceling statement due to statement timeout'), 'destination');
    expect(error).toMatchObject({ code: 'STATEMENT_TIMEOUT', timedOut: true, retryable: true });
  });
});

describe('an error of a connection', () => {
  const node = (code: string) => Object.assign(new Error(code), { code });

  it.each([
    ['a lost connection', new ConnectionLost(), 'UNREACHABLE', true],
    ['silence', new NoAnswer(5), 'UNREACHABLE', true],
    ['a missing login', new NoLogin('nobody'), 'AUTH_EXPIRED', false],
    ['a reset', node('ECONNRESET'), 'UNREACHABLE', true],
    ['an end without a word', new Error('Connection terminated unexpectedly'), 'UNREACHABLE', true],
    ['a certificate that expired', node('CERT_HAS_EXPIRED'), 'UNREACHABLE', false],
    ['a server without TLS', new Error('The server does not support SSL connections'), 'UNREACHABLE', false],
    ['an unexpected response', new TypeError('x is undefined'), 'INVALID_RESPONSE', false],
  ])('that is %s is reported as such', (_what, error, code, retryable) => {
    expect(externalErrorOf(error, 'destination')).toMatchObject({ code: `DESTINATION_${code}`, retryable });
  });

  it('is unchanged when it is already an ExternalError', () => {
    const known = new Terminal('SOURCE_ADDRESS_REFUSED', 'x');
    expect(externalErrorOf(known, 'source')).toBe(known);
  });
});
