import { describe, expect, it } from '@jest/globals';
import { status as grpcStatus } from '@grpc/grpc-js';
import { BlobNotFound, BlobStoreUnavailable } from '@tidemark/blob-store';
import { errorCodes, TidemarkError } from '@tidemark/contracts';
import { OutcomeUnknown, Unavailable } from '@tidemark/event-store';
import { BrokerUnavailable, DeadlineExceeded, MessageTooLarge, NoResponder, RemoteError } from '@tidemark/messaging';
import { ReadModelUnavailable } from '@tidemark/read-model';
import { grpcError } from '../grpc/grpc-error.js';
import { errorBody, problemBody, retryAfterOf } from './error-body.js';
import { errorStatus } from './status.js';
import { toTidemarkError } from './to-error.js';

describe('the error table', () => {
  it('gives every code an HTTP error and a gRPC error, and no other code', () => {
    expect(Object.keys(errorStatus).sort()).toEqual([...errorCodes].sort());
    for (const { http, grpc } of Object.values(errorStatus)) {
      expect(http).toBeGreaterThanOrEqual(400);
      expect(grpc).not.toBe(grpcStatus.OK);
    }
  });

  it('says for every unavailable service when to retry', () => {
    for (const [code, { http, retryAfter }] of Object.entries(errorStatus))
      if (http === 503 || http === 429) expect([code, retryAfter]).toEqual([code, expect.any(Number)]);
  });
});

describe('toTidemarkError', () => {
  it.each<[Error, string]>([
    [new NoResponder('x'), 'SERVICE_UNAVAILABLE'],
    [new DeadlineExceeded('x'), 'SERVICE_UNAVAILABLE'],
    [new BrokerUnavailable('nats://user:pass@host'), 'SERVICE_UNAVAILABLE'],
    [new MessageTooLarge('x'), 'PAYLOAD_TOO_LARGE'],
    [new Unavailable('esdb://user:pass@host'), 'EVENT_STORE_UNAVAILABLE'],
    [new OutcomeUnknown('x'), 'EVENT_STORE_UNAVAILABLE'],
    [new ReadModelUnavailable('x'), 'READ_MODEL_UNAVAILABLE'],
    [new BlobStoreUnavailable('x'), 'BLOB_STORE_UNAVAILABLE'],
    [new BlobNotFound('sha256:x'), 'DOCUMENT_GONE'],
    [new TypeError('secret'), 'INTERNAL'],
    [new RemoteError('EVENT_STORE_UNAVAILABLE', 'pass'), 'EVENT_STORE_UNAVAILABLE'],
    [new RemoteError('UNREADABLE', 'secret'), 'UNREADABLE'],
    [new RemoteError('INTERNAL', 'secret'), 'INTERNAL'],
    [new RemoteError('SOMETHING_NEW', 'secret'), 'INTERNAL'],
  ])('shows %p as %s, without what only operators may see', (error, code) => {
    const answer = toTidemarkError(error);
    expect(answer.code).toBe(code);
    expect(answer.message).not.toMatch(/pass|secret|sha256/);
    expect(answer.cause).toBe(error);
  });

  const ofStores = /UNAVAILABLE$|^UNREADABLE$|^INTERNAL$/;
  it.each(errorCodes.filter((code) => !ofStores.test(code)))(
    'passes %s of another service on, with its details',
    (code) => {
      const details = { fields: [{ field: 'a', message: 'b' }], jobId: 'j', retryAfter: 7 };
      expect(toTidemarkError(new RemoteError(code, 'why', details))).toMatchObject({ code, message: 'why', details });
    },
  );
});

describe('an error as callers see it', () => {
  const fields = [{ field: 'größe', message: 'must be "small"' }];
  const error = new TidemarkError('DUPLICATE_JOB', 'there is one', { jobId: 'j1', fields, reason: 'internal' });

  it('has a code, a message, the request id, and what helps', () => {
    expect(errorBody(error, 'r1')).toEqual({
      error: { code: 'DUPLICATE_JOB', message: 'there is one', requestId: 'r1', jobId: 'j1', fields },
    });
    expect(errorBody(new TidemarkError('NOT_FOUND', 'no'), 'r1')).toEqual({
      error: { code: 'NOT_FOUND', message: 'no', requestId: 'r1' },
    });
  });

  it('is a problem of RFC 9457 for clients that accept it', () => {
    expect(problemBody(error, 409, 'r1')).toEqual({
      type: 'urn:tidemark:error:DUPLICATE_JOB',
      title: 'Duplicate job',
      status: 409,
      detail: 'there is one',
      ...{ code: 'DUPLICATE_JOB', requestId: 'r1', jobId: 'j1', fields },
    });
  });

  it('is the same in gRPC, in ASCII', () => {
    const { code, details, metadata } = grpcError(error, 'r1');
    expect([code, details]).toEqual([grpcStatus.ALREADY_EXISTS, 'there is one']);
    const trailers = metadata!.getMap();
    expect(trailers).toMatchObject({
      'tidemark-error-code': 'DUPLICATE_JOB',
      'tidemark-request-id': 'r1',
      'tidemark-job-id': 'j1',
    });
    expect(trailers['tidemark-error-fields']).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(trailers['tidemark-error-fields'] as string)).toEqual(fields);
  });

  it('says when to retry: as the service said, else as in the table', () => {
    expect(retryAfterOf(new TidemarkError('RATE_LIMITED', '', { retryAfter: 9 }))).toBe(9);
    expect(retryAfterOf(new TidemarkError('EVENT_STORE_UNAVAILABLE', ''))).toBe(2);
    expect(retryAfterOf(error)).toBeUndefined();
  });
});
