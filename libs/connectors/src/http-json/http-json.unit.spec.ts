import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk';
import { manifest } from './http-json.manifest.js';

const config = (object: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  baseUrl: 'https://api.example.com/v1',
  objects: [{ name: 'items', path: '/items', ...object }],
  ...more,
});
const problemsOf = (value: unknown) => configProblems(manifest, value);

describe('the config of http-json', () => {
  it('requires only a URL and the path of an object', () => {
    expect(problemsOf(config({}))).toEqual([]);
    expect(manifest.config.parse(config({})).objects[0]).toMatchObject({
      ...{ method: 'GET', records: '@', id: 'id', timeFormat: 'iso', pagination: { kind: 'none' } },
    });
  });

  it.each([
    [{}, 'baseUrl', 'is required'],
    [{ baseUrl: 'https://h/' }, 'objects', 'is required'],
    [config({}, { objects: [] }), 'objects', 'must have at least one object'],
    [config({}, { baseUrl: 'https://h/?a=b' }), 'baseUrl', 'must have no query and no fragment'],
    [config({}, { baseUrl: 'https://me:secret@h/' }), 'baseUrl', 'must not contain a user name or password'],
    [config({}, { headers: { Authorization: 'x' } }), 'headers.Authorization', /secret/],
    [config({ path: 'items' }), 'objects.0.path', 'must start with / and have no query'],
    [config({ path: '/items/{id}' }), 'objects.0.path', 'refers to fields of a parent, but the object has no parent'],
    [config({ path: '/items/{id', parent: { object: 'a' } }), 'objects.0.path', 'has an unmatched brace'],
    [config({ query: { api_key: 'x' } }), 'objects.0.query.api_key', /looks like a secret: .* credential$/],
    [config({ records: 'a..b' }), 'objects.0.records', /is not a valid JMESPath expression: Syntax error/],
    [config({ records: '[@,@][] | '.repeat(30) + '@' }), 'objects.0.records', /more than 1000 copies/],
    [config({ records: 'map(&[@,@], @)[] | '.repeat(30) + '@' }), 'objects.0.records', /more than 1000 copies/],
    [config({ id: 1 }), 'objects.0.id', 'must be text'],
    [config({ body: {} }), 'objects.0.body', 'requires the method POST'],
    [config({ timeFormat: 'rfc' }), 'objects.0.timeFormat', /^must be iso, .* or a pattern such as yyyy-MM-dd/],
    [config({ pagination: { kind: 'pages' } }), 'objects.0.pagination.kind', /must have a kind/],
    [config({ pagination: { kind: 'cursor', next: 'a' } }), 'objects.0.pagination.param', 'is required'],
    [config({ pageSize: { param: 'n', max: 0 } }), 'objects.0.pageSize.max', 'must be a whole number from 1 to 10000'],
    [config({ pageSize: { param: 'n', min: 50, max: 20 } }), 'objects.0.pageSize.min', 'must not be above max'],
    [
      config({}, { limits: { requestsPerSecond: 0 } }),
      'limits.requestsPerSecond',
      'must be a number from 0.001 to 1000',
    ],
    [config({}, { limits: { inFlight: 0 } }), 'limits.inFlight', 'must be a whole number from 1 to 100'],
    [config({}, { limits: { perMinute: 5 } }), 'limits.perMinute', 'is not known'],
    [config({ parent: { object: 'projects' } }), 'objects.0.parent.object', 'projects is not one of the objects'],
    [config({ parent: { object: 'items' } }), 'objects.0.parent.object', 'items is its own ancestor'],
    [
      config(
        {},
        {
          objects: [
            { name: 'a', path: '/' },
            { name: 'a', path: '/' },
          ],
        },
      ),
      'objects.1.name',
      'a is listed twice',
    ],
    [config({ colour: 'red' }), 'objects.0.colour', 'is not known'],
    [config({ timeFormat: 'DD/MM/YYYY' }), 'objects.0.timeFormat', /a pattern such as/],
    [config({ timeZone: 'Mars/Olympus' }), 'objects.0.timeZone', /^must be the name of a time zone/],
    [config({ incremental: {} }), 'objects.0.incremental.since', 'is required'],
    [config({ incremental: { since: 's', sorted: true } }), 'objects.0.incremental.sorted', 'requires updatedAt'],
    [config({ incremental: { since: { in: 'cookie', name: 'x' } } }), 'objects.0.incremental.since', /^must be a name/],
    [config({ incremental: { since: { in: 'header', name: 'Cookie' } } }), 'objects.0.incremental.since.name', /^is not a header/],
    [config({ incremental: { since: { in: 'body', name: 'a[x]' } } }), 'objects.0.incremental.since.name', /^must be a path/],
    [config({ incremental: { since: { in: 'body', name: 'a.__proto__.b' } } }), 'objects.0.incremental.since.name', /^must be a path/],
    [config({ pageSize: {} }), 'objects.0.pageSize.param', 'is required'],
    [config({ pagination: { kind: 'page', param: 'p', lastPage: 'short' } }), 'objects.0.pagination.lastPage', 'can be short only with a pageSize'],
    [config({ format: 'yaml' }), 'objects.0.format', 'must be json, ndjson, csv or xml'],
    [config({ delimiter: ';' }), 'objects.0.delimiter', 'requires the format csv'],
    [config({ answers: [{ then: 'fail' }] }), 'objects.0.answers.0.when', 'is required, or a status'],
    [config({ export: { create: { path: '/e', id: 'id' }, poll: { path: '/e' } } }), 'objects.0.export.poll.done', 'is required'],
  ])('refuses %j', (value, field, message) => {
    const expected = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect(problemsOf(value)).toContainEqual({ field, message: expected });
  }); // prettier-ignore

  it('refuses an object that is its own ancestor', () => {
    const of = (name: string, parent: string) => ({ name, path: '/', parent: { object: parent } });
    const circle = config({}, { objects: [of('a', 'b'), of('b', 'c'), of('c', 'a')] });
    expect(problemsOf(circle)).toContainEqual({ field: 'objects.0.parent.object', message: 'b is its own ancestor' });
  });
});
