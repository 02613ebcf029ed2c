import { describe, expect, it } from '@jest/globals';
import type { TidemarkError } from '@tidemark/contracts';
import type { ShapeClass } from '@tidemark/contracts/fields';
import { ChangesQuery } from '../../resources/changes/changes.dto.js';
import { CreateConnectionBody, UpdateConnectionBody } from '../../resources/connections/connections.dto.js';
import { CreateJobBody, JobsQuery, JobStateQuery } from '../../resources/jobs/jobs.dto.js';
import { CreateKeyBody } from '../../resources/keys/keys.dto.js';
import { PageQuery } from '../paging.js';
import { fromBody, fromQuery } from './input.js';

const source = { connector: 'openapi', config: { url: 'https://example.com' } };

type Read = (shape: ShapeClass, input: unknown) => object;

function problems(read: Read, shape: ShapeClass, input: unknown): string[] {
  try {
    read(shape, input);
    return [];
  } catch (error) {
    const { code, details } = error as TidemarkError;
    expect(code).toBe('VALIDATION_FAILED');
    return details.fields!.map(({ message }) => message);
  }
}

describe('an input', () => {
  it.each<[string, ShapeClass, object]>([
    ['a connection', CreateConnectionBody, { name: 'x', source, schedule: { every: 'daily' }, whenBusy: 'reject' }],
    ['an empty change', UpdateConnectionBody, {}],
    [
      'a job',
      CreateJobBody,
      { type: 'full', whenBusy: 'queue', startAt: '2026-01-31T08:00:00.000Z', trigger: 'manual' },
    ],
    ['a key', CreateKeyBody, { name: 'ci', scopes: ['read'], tenant: 'acme' }],
  ])('is taken as it is: %s', (_, shape, input) => {
    expect(fromBody(shape, input)).toEqual(input);
  });

  it.each<[ShapeClass, unknown, string[]]>([
    [CreateConnectionBody, { name: 'x', source, tenant: 'other' }, ['`tenant` is not a known field']],
    [UpdateConnectionBody, { connectionId: 'c' }, ['`connectionId` is not a known field']],
    [UpdateConnectionBody, { name: null }, ['`name` must be text of 1 to 200 characters']],
    [
      UpdateConnectionBody,
      { schedule: { timeZone: 'UTC' } },
      ['`schedule` must have either `every`, or `cron` with an optional `timeZone`'],
    ],
    [CreateJobBody, { type: 'full', parameters: {} }, ['`parameters` is not a known field']],
    [CreateConnectionBody, { name: 'x', source, pipelines: [] }, ['`pipelines` is not a known field']],
    [CreateJobBody, { type: 'full', idempotencyKey: 'k' }, ['`idempotencyKey` is not a known field']],
    [CreateJobBody, { type: 'full', trigger: 'schedule' }, ['`trigger` must be one of manual, api']],
    [CreateKeyBody, { name: 'x', scopes: [] }, ['`scopes` must be a list of read, write, operate']],
  ])('is refused: %p %j', (shape, input, expected) => {
    expect(problems(fromBody, shape, input)).toEqual(expected);
  });
});

describe('a query', () => {
  it.each<[ShapeClass, unknown, string[]]>([
    [PageQuery, { page: '0' }, ['`page` must be a whole number from 1 to 1000000']],
    [PageQuery, { page: ['1', '2'] }, ['`page` must be a whole number from 1 to 1000000']],
    [PageQuery, { perPage: '201' }, ['`perPage` must be a whole number from 1 to 200']],
    [JobsQuery, { sort: 'id' }, ['`sort` is not a known field']],
    [JobStateQuery, { revision: '-1' }, ['`revision` must be a whole number from 0 to 9007199254740991']],
    [JobStateQuery, {}, ['`revision` or `at` must be given, and not both']],
    [
      ChangesQuery,
      { since: '2026-02-31' },
      ['`since` must be a date and time in ISO 8601, such as 2026-01-31T08:00:00Z'],
    ],
  ])('is refused: %p %j', (shape, input, expected) => {
    expect(problems(fromQuery, shape, input)).toEqual(expected);
  });

  it('has digits, lists and times in its texts', () => {
    expect(fromQuery(PageQuery, { page: '2', perPage: '200' })).toEqual({ page: 2, perPage: 200 });
    expect(fromQuery(JobsQuery, { state: ['running,pending', 'failed'] }).state).toEqual([
      'running',
      'pending',
      'failed',
    ]);
    const { severity, since, page } = fromQuery(ChangesQuery, {
      severity: 'breaking',
      since: '2026-01-31T09:00:00+01:00',
      page: '3',
    });
    expect([severity, since, page]).toEqual([['breaking'], '2026-01-31T08:00:00.000Z', 3]);
    expect(fromQuery(JobsQuery, { state: [] })).toEqual({});
  });
});
