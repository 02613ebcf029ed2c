import { describe, expect, it } from '@jest/globals';
import { jobStates, type ChangeDocument, type JobView } from '@tidemark/contracts';
import { Codec } from './codec.js';
import { loadProtos } from './protos.js';

const protos = loadProtos();
const codec = new Codec(protos);

/** The message after encoding and decoding. */
function sent(service: string, method: string, json: object): object {
  const { responseSerialize, responseDeserialize, responseType } = (
    protos[`tidemark.v1.${service}`] as Record<string, never>
  )[method]! as {
    responseSerialize(message: object): Buffer;
    responseDeserialize(bytes: Buffer): object;
    responseType: { type: { name: string } };
  };
  const type = `tidemark.v1.${responseType.type.name}`;
  return codec.fromMessage(type, responseDeserialize(responseSerialize(codec.toMessage(type, json))));
}

const job: JobView = {
  ...{ id: 'j', connectionId: 'c', type: 'full', trigger: 'schedule', state: 'pending', stage: 'fetch', percent: 7 },
  counts: { total: 9_007_199_254_740_991, processed: 1, failed: 2, created: 3, updated: 4, deleted: 5, skipped: 6 },
  ...{ attempt: 2, retryCount: 1, retriesLeft: 2, nextRetryAt: '2026-01-31T08:00:00.123Z' },
  waitingFor: { reason: 'retry_backoff', until: '2026-01-31T08:00:00.123Z', behind: ['a', 'b'] },
  ...{ liveness: 'stalled', cancelRequestedAt: '1969-12-31T23:59:59.999Z' },
  lastError: { code: 'SOURCE_UNREACHABLE', message: 'größer' },
  ...{ result: 'completed_with_errors', retryOf: 'i', createdAt: '2026-01-31T08:00:00.000Z', startedAt: null },
  ...{ endedAt: null, durationMs: 12 },
};

const withoutNulls = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

describe('Codec', () => {
  it('carries a whole job there and back', () => {
    expect(sent('JobService', 'GetJob', { job })).toEqual({ job: withoutNulls(job) });
  });

  it.each(jobStates)('has the state %s', (state) => {
    expect(sent('JobService', 'GetJob', { job: { ...job, state } })).toMatchObject({ job: { state } });
  });

  it.each([[null], [true], [0], [''], ['text'], [[1, [2, null]]], [{ a: { b: [{}] } }]])(
    'carries %j as any JSON value',
    (before) => {
      const change: Partial<ChangeDocument> = { id: 'x', severity: 'breaking', pointer: { before: '/a' }, before };
      expect(sent('ChangeService', 'GetChange', { change })).toEqual({ change: withoutNulls(change) });
    },
  );

  it('omits properties that the message does not have', () => {
    expect(sent('JobService', 'GetJob', { job: { id: 'j', tenant: 'acme' }, more: 1 })).toEqual({ job: { id: 'j' } });
  });

  it('turns an impossible time into a text that no validation accepts', () => {
    const request = { start_at: { seconds: 1e15 } };
    expect(codec.fromMessage('tidemark.v1.CreateJobRequest', request)).toEqual({ startAt: 'out of range' });
  });

  it('treats an unset enum as an unset field', () => {
    expect(codec.fromMessage('tidemark.v1.CreateJobRequest', { type: 'JOB_TYPE_UNSPECIFIED' })).toEqual({});
  });
});
