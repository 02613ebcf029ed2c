import { describe, expect, it } from '@jest/globals';
import { TidemarkError } from '@tidemark/contracts';
import { ChangesQuery } from '../../resources/changes/changes.dto.js';
import { CreateConnectionDto, UpdateConnectionDto } from '../../resources/connections/connections.dto.js';
import { CreateJobDto, JobsQuery, JobStateQuery } from '../../resources/jobs/jobs.dto.js';
import { CreateKeyDto } from '../../resources/keys/keys.dto.js';
import { PageQuery } from '../paging.js';
import { validated } from './validate.js';

type Type = new () => object;
const source = { connector: 'openapi', config: { url: 'https://example.com' } };
const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });

/** `field message` of each problem. */
function problems(type: Type, input: unknown): string[] {
  try {
    validated(type, input);
    return [];
  } catch (error) {
    const { code, details } = error as TidemarkError;
    expect(code).toBe('VALIDATION_FAILED');
    return details.fields!.map(({ field, message }) => `${field} ${message}`);
  }
}

describe('validation', () => {
  it.each<[string, Type, object]>([
    ['a connection', CreateConnectionDto, { name: 'x', source }],
    ['an interval', CreateConnectionDto, { name: 'x', source, schedule: { every: 'daily' }, whenBusy: 'reject' }],
    ['a cron schedule', CreateConnectionDto, { name: 'x', source, schedule: { cron: '* * * * *', timeZone: 'UTC' } }],
    ['an empty change', UpdateConnectionDto, {}],
    [
      'a job',
      CreateJobDto,
      { type: 'full', whenBusy: 'queue', startAt: '2026-01-31T08:00:00.000Z', trigger: 'manual' },
    ],
    ['a key', CreateKeyDto, { name: 'ci', scopes: ['read'], tenant: 'acme' }],
  ])('takes %s as it is', (_, type, input) => {
    expect(validated(type, input)).toEqual(input);
  });

  it.each<[Type, unknown, string[]]>([
    [CreateConnectionDto, {}, ['name must be a text of 1 to 200 characters', 'source must be a JSON object']],
    [CreateConnectionDto, { name: '', source }, ['name must be a text of 1 to 200 characters']],
    [CreateConnectionDto, { name: 'x', source: [] }, ['source must be a JSON object']],
    [CreateConnectionDto, { name: 'x', source: { connector: 'a' } }, ['source.config must be a JSON object']],
    [CreateConnectionDto, { name: 'x', source: { ...source, key: 1 } }, ['source.key is not a known field']],
    [CreateConnectionDto, { name: 'x', source, tenant: 'other' }, ['tenant is not a known field']],
    [
      CreateConnectionDto,
      { name: 'x', source: { connector: 'a', config: deep(70) } },
      ['source.config must not be nested more than 64 levels deep'],
    ],
    [
      CreateConnectionDto,
      { name: 'x', source, schedule: {} },
      ['schedule must have either every, or cron with an optional timeZone'],
    ],
    [
      CreateConnectionDto,
      { name: 'x', source, schedule: { every: 'daily', cron: '* * * * *' } },
      ['schedule must have either every, or cron with an optional timeZone'],
    ],
    [
      CreateConnectionDto,
      { name: 'x', source, schedule: { every: 'sometimes' } },
      ['schedule.every must be one of realtime, hourly, daily, manual'],
    ],
    [UpdateConnectionDto, { constructor: 1 }, ['constructor is not a known field']],
    [UpdateConnectionDto, JSON.parse('{"source":{"__proto__":{}}}'), ['source.__proto__ is not a known field']],
    [UpdateConnectionDto, { name: null }, ['name must be a text of 1 to 200 characters']],
    [UpdateConnectionDto, { whenBusy: 'wait' }, ['whenBusy must be one of queue, reject']],
    [CreateJobDto, { type: 'some' }, ['type must be one of full']],
    [
      CreateJobDto,
      { type: 'full', startAt: 'tomorrow' },
      ['startAt must be a date and time in ISO 8601, such as 2026-01-31T08:00:00Z'],
    ],
    [
      ChangesQuery,
      { since: '2026-02-31' },
      ['since must be a date and time in ISO 8601, such as 2026-01-31T08:00:00Z'],
    ],
    [CreateJobDto, { type: 'full', trigger: 'schedule' }, ['trigger must be one of manual, api']],
    [CreateKeyDto, { name: 'x', scopes: [] }, ['scopes must be a list of read, write, operate']],
    [CreateKeyDto, { name: 'x', scopes: ['root'] }, ['scopes must be a list of read, write, operate']],
    [PageQuery, { page: '0' }, ['page must be a whole number from 1 to 1000000']],
    [PageQuery, { page: '1.5' }, ['page must be a whole number from 1 to 1000000']],
    [PageQuery, { page: '' }, ['page must be a whole number from 1 to 1000000']],
    [PageQuery, { page: ['1', '2'] }, ['page must be a whole number from 1 to 1000000']],
    [PageQuery, { perPage: '201' }, ['perPage must be a whole number from 1 to 200']],
    [PageQuery, { perPage: '1e2' }, ['perPage must be a whole number from 1 to 200']],
    [JobsQuery, { sort: 'id' }, ['sort is not a known field']],
    [JobStateQuery, { revision: '-1' }, ['revision must be a whole number from 0 to 9007199254740991']],
  ])('refuses %p %j', (type, input, expected) => {
    expect(problems(type, input)).toEqual(expected);
  });

  it.each([[null], [[]], ['text'], [3]])('refuses %j in place of an object', (input) => {
    const message = 'the body must be a JSON object';
    expect(() => validated(PageQuery, input)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED', message }));
  });

  it('converts the digits, lists and times of a query', () => {
    expect(validated(PageQuery, { page: '2', perPage: '200' })).toEqual({ page: 2, perPage: 200 });
    expect(validated(JobsQuery, { state: ['running,pending', 'failed'] }).state).toEqual([
      'running',
      'pending',
      'failed',
    ]);
    const { severity, since } = validated(ChangesQuery, { severity: 'breaking', since: '2026-01-31T09:00:00+01:00' });
    expect([severity, since]).toEqual([['breaking'], '2026-01-31T08:00:00.000Z']);
  });
});
