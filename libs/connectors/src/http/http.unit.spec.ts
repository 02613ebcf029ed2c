import { describe, expect, it } from '@jest/globals';
import { configProblems, configSchema } from '@tidemark/connector-sdk';
import { manifest } from './http.manifest.js';

const config = (operation: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  ...{ baseUrl: 'https://api.example.com/v1', objects: [{ name: 'rows', upsert: { path: '/rows', ...operation } }] },
  ...more,
});
const problemsOf = (value: unknown) => configProblems(manifest, value);

describe('the config of http', () => {
  it('requires only a URL and the path of an operation', () => {
    expect(problemsOf(config({}))).toEqual([]);
    expect(manifest.config.parse(config({})).objects[0]!.upsert).toMatchObject({ method: 'POST', rowsPerRequest: 1 });
    expect(configSchema(manifest)).toMatchObject({ type: 'object', required: ['baseUrl', 'objects'] });
  });

  it.each([
    [{}, 'baseUrl', 'is required'],
    [config({}, { objects: [] }), 'objects', 'must have at least one object'],
    [config({}, { objects: [{ name: 'rows' }] }), 'objects.0', 'must have an operation: append, upsert or update'],
    [config({}, { objects: [{ name: 'a', append: { path: '/' } }, { name: 'a', append: { path: '/' } }] }), 'objects.1.name', 'a is listed twice'],
    [config({}, { headers: { Authorization: 'x' } }), 'headers.Authorization', /secret/],
    [config({ method: 'GET' }), 'objects.0.upsert.method', 'must be POST, PUT, PATCH or DELETE'],
    [config({ path: 'rows' }), 'objects.0.upsert.path', 'must start with / and have no query'],
    [config({ path: '/rows/{{row..id}}' }), 'objects.0.upsert.path', /^has an invalid JMESPath expression/],
    [config({ path: '/rows/{{row.id}}', rowsPerRequest: 2 }), 'objects.0.upsert.path', /^names a row/],
    [config({ body: { a: ['{{row.id}}'] }, rowsPerRequest: 2 }), 'objects.0.upsert.body', /^names a row/],
    [config({ body: { a: ['{{[}}'] } }), 'objects.0.upsert.body.a.0', /^has an invalid JMESPath expression/],
    [config({ body: { token: 'x' } }), 'objects.0.upsert.body.token', /looks like a secret/],
    [config({ rowsPerRequest: 0 }), 'objects.0.upsert.rowsPerRequest', 'must be a whole number from 1 to 10000'],
    [config({ results: [{}] }), 'objects.0.upsert.results.0.rows', 'is required'],
    [config({ results: [{ rows: 'a..b' }] }), 'objects.0.upsert.results.0.rows', /not a valid JMESPath/],
    [config({ results: [{ rows: '@', status: 'new' }] }), 'objects.0.upsert.results.0.status', /^must be created/],
    [config({ missing: [200] }), 'objects.0.upsert.missing.0', 'must be a whole number from 400 to 499'],
    [config({ idempotencyHeader: 'a b' }), 'objects.0.upsert.idempotencyHeader', 'must be the name of a header'],
    [config({}, { answers: [{ then: 'retry' }] }), 'answers.0.when', 'is required, or a status'],
    [config({}, { answers: [{ status: [400], then: 'stop' }] }), 'answers.0.then', /^must be one of refuse, retry/],
    [config({ colour: 'red' }), 'objects.0.upsert.colour', 'is not known'],
  ])('refuses %j', (value, field, message) => {
    const expected = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect(problemsOf(value)).toContainEqual({ field, message: expected });
  }); // prettier-ignore
});
