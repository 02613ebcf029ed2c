import { describe, expect, it } from '@jest/globals';
import { Flag, ListOf, Shape, SomeOf, Text, WholeNumber } from '../fields/decorators.js';
import { omit } from '../fields/derive.js';
import { TidemarkError } from '../errors.js';
import type { Shape as ShapeClass } from '../fields/shape.js';
import { CreateConnection, UpdateConnection } from '../shapes/connection-requests.js';
import { AddIgnoreRule } from '../shapes/ignore-rules.js';
import { CreateJob, ExplainJobs, GetJobState } from '../shapes/job-requests.js';
import { CancelConfirmation, StageReport } from '../shapes/work.js';
import { coordinatorVerbs } from '../verbs/job-coordinator.js';
import { healthVerbsOf } from '../verbs/operations.js';
import { validated, type ValidationOptions } from './validated.js';
import { verbInput } from './verb-input.js';

const tenant = 'acme';
const job = { tenant, connectionId: 'c1', type: 'full' };
const source = { connector: 'openapi', config: { url: 'https://example.com' } };
const connection = { tenant, name: 'x', source };
const change = { tenant, connectionId: 'c1' };
const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });

const steps = ['one', 'two'] as const;

@Shape()
class Sample {
  @WholeNumber({ min: 1, max: 9, optional: true }) readonly page?: number;
  @Flag({ optional: true }) readonly open?: boolean;
  @SomeOf(steps, { min: 1, optional: true }) readonly steps?: readonly (typeof steps)[number][];
  @Text({ max: 3, pattern: /^[a-z]+$/, optional: true }) readonly word?: string;
  @Text({ nullable: true, optional: true }) readonly note?: string | null;
}

@Shape()
class Samples {
  @ListOf(() => Sample) readonly all!: readonly Sample[];
}

function problems(shape: ShapeClass, input: unknown, options?: ValidationOptions): readonly string[] {
  try {
    validated(shape, input, options);
    return [];
  } catch (error) {
    const { code, details } = error as TidemarkError;
    expect(code).toBe('VALIDATION_FAILED');
    return details.fields!.map(({ message }) => message);
  }
}

describe('validation', () => {
  it.each<[string, ShapeClass, object]>([
    ['a connection', CreateConnection, connection],
    ['an interval', CreateConnection, { ...connection, schedule: { every: 'daily' }, whenBusy: 'reject' }],
    ['a cron schedule', CreateConnection, { ...connection, schedule: { cron: '* * * * *', timeZone: 'UTC' } }],
    ['an empty change', UpdateConnection, change],
    ['a job', CreateJob, { ...job, whenBusy: 'queue', startAt: '2026-01-31T09:00:00+01:00', idempotencyKey: 'k' }],
    ['null where it is a value', Sample, { note: null }],
    [
      'a report',
      StageReport,
      { tenant, jobId: 'j', claim: 1, stage: 'fetch', output: { blob: 'b' }, counts: { total: 3 } },
    ],
  ])('accepts %s unchanged', (_, shape, input) => {
    expect(validated(shape, input)).toStrictEqual(input);
  });

  it.each<[ShapeClass, unknown, string[]]>([
    [CreateConnection, { tenant }, ['`name` must be text of 1 to 200 characters', '`source` must be a JSON object']],
    [CreateConnection, { ...connection, name: '' }, ['`name` must be text of 1 to 200 characters']],
    [CreateConnection, { ...connection, source: [] }, ['`source` must be a JSON object']],
    [CreateConnection, { ...connection, source: { connector: 'a' } }, ['`source.config` must be a JSON object']],
    [CreateConnection, { ...connection, source: { ...source, key: 1 } }, ['`source.key` is not a known field']],
    [CreateConnection, { ...connection, owner: 'other' }, ['`owner` is not a known field']],
    [
      CreateConnection,
      { ...connection, source: { connector: 'a', config: deep(70) } },
      ['`source.config` must not be nested more than 64 levels deep'],
    ],
    [
      CreateConnection,
      { ...connection, schedule: {} },
      ['`schedule` must have either `every`, or `cron` with an optional `timeZone`'],
    ],
    [
      CreateConnection,
      { ...connection, schedule: { every: 'daily', cron: '* * * * *' } },
      ['`schedule` must have either `every`, or `cron` with an optional `timeZone`'],
    ],
    [
      CreateConnection,
      { ...connection, schedule: { every: 'sometimes' } },
      ['`schedule.every` must be one of realtime, hourly, daily, manual'],
    ],
    [UpdateConnection, { ...change, constructor: 1 }, ['`constructor` is not a known field']],
    [
      UpdateConnection,
      JSON.parse('{"tenant":"acme","connectionId":"c1","source":{"connector":"a","config":{},"__proto__":{}}}'),
      ['`source.__proto__` is not a known field'],
    ],
    [UpdateConnection, { ...change, whenBusy: 'wait' }, ['`whenBusy` must be one of queue, reject']],
    [CreateJob, { ...job, type: 'some' }, ['`type` must be one of full, incremental, backfill']],
    [
      CreateJob,
      { ...job, startAt: '2026-02-31' },
      ['`startAt` must be a date and time in ISO 8601, such as 2026-01-31T08:00:00Z'],
    ],
    [
      CreateJob,
      { type: 'full' },
      ['tenant', 'connectionId'].map((id) => `\`${id}\` must be text of 1 to 128 characters`),
    ],
    [GetJobState, { tenant, jobId: 'j' }, ['`revision` or `at` must be given, and not both']],
    [
      GetJobState,
      { tenant, jobId: 'j', revision: -1 },
      ['`revision` must be a whole number from 0 to 9007199254740991'],
    ],
    [
      CancelConfirmation,
      { jobId: 3, claim: 1, newer: true },
      ['`tenant` must be text', '`jobId` must be text', '`newer` is not a known field'],
    ],
    [
      StageReport,
      { tenant, jobId: 'j', claim: 0, stage: 's', output: {} },
      ['`claim` must be a whole number, at least 1'],
    ],
    [ExplainJobs, { tenant, jobIds: 'j' }, ['`jobIds` must be a list']],
    [AddIgnoreRule, { ...change, reason: 'x'.repeat(2001) }, ['`reason` must be text of 1 to 2000 characters']],
    [Sample, { steps: [] }, ['`steps` must be a list of one, two']],
    [Sample, { steps: ['three'] }, ['`steps` must be a list of one, two']],
    [Sample, { word: 'A' }, ['`word` must match /^[a-z]+$/']],
    [Sample, { page: '2' }, ['`page` must be a whole number from 1 to 9']],
    [Samples, { all: [{ page: 1 }, { page: 0 }] }, ['`all[1].page` must be a whole number from 1 to 9']],
  ])('refuses as %p %#', (shape, input, expected) => {
    expect(problems(shape, input)).toEqual(expected);
  });

  it.each([[null], [[]], ['text'], [3]])('refuses %j in place of an object', (input) => {
    expect(() => validated(CreateJob, input, { from: 'body' })).toThrow(
      expect.objectContaining({ code: 'VALIDATION_FAILED', message: 'the body must be a JSON object' }),
    );
  });

  it('reads the texts of a query', () => {
    const query = { page: '2', open: 'true', steps: ['one,two', 'one'] };
    expect(validated(Sample, query, { from: 'query' })).toEqual({ page: 2, open: true, steps: ['one', 'two', 'one'] });
    expect(validated(Sample, { steps: 'two' }, { from: 'query' })).toEqual({ steps: ['two'] });
    for (const page of ['0', '1.5', '', '1e0', ['1', '2']])
      expect(problems(Sample, { page }, { from: 'query' })).toEqual(['`page` must be a whole number from 1 to 9']);
  });

  it('writes times in UTC for a caller, and leaves those of a message as they are', () => {
    const input = { ...job, startAt: '2026-01-31T09:00:00+01:00' };
    expect(validated(CreateJob, input, { from: 'body' }).startAt).toBe('2026-01-31T08:00:00.000Z');
    expect(validated(CreateJob, input).startAt).toBe('2026-01-31T09:00:00+01:00');
  });

  it('reads null as a missing field, in a message only', () => {
    expect(validated(CreateJob, { ...job, whenBusy: null })).toEqual(job);
    expect(problems(CreateJob, { ...job, whenBusy: null }, { from: 'body' })).toEqual([
      '`whenBusy` must be one of queue, reject',
    ]);
  });

  it('checks a shape without some fields of another by the rules of the rest', () => {
    class Body extends omit(CreateJob, 'tenant', 'connectionId') {}
    expect(validated(Body, { type: 'full' })).toEqual({ type: 'full' });
    expect(problems(Body, { ...job })).toEqual([
      '`tenant` is not a known field',
      '`connectionId` is not a known field',
    ]);
  });
});

describe('the input of a verb', () => {
  it('ignores unknown fields of a newer service, and refuses those that a caller misspells', () => {
    const ref = { tenant, jobId: 'j' };
    expect(verbInput(coordinatorVerbs['get-job'], { ...ref, newer: 1 })).toEqual(ref);
    expect(() => verbInput(coordinatorVerbs.create, { ...job, whenbusy: 'reject' })).toThrow(
      expect.objectContaining({ message: '`whenbusy` is not a known field' }),
    );
  });

  it('may be nothing', () => {
    expect(verbInput(healthVerbsOf('differ').ping, null)).toEqual({});
  });
});
