import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk/manifest';
import { manifest } from './openapi.manifest.js';

const problemsOf = (config: unknown) => configProblems(manifest, config);

describe('the config of openapi', () => {
  const url = 'https://api.example.com/openapi.json';

  it('needs only a url', () => {
    expect(problemsOf({ url })).toEqual([]);
    expect(
      problemsOf({
        url,
        headers: { Accept: 'application/yaml' },
        maxBytes: 1000,
        followRefs: false,
        maxRefs: 0,
      }),
    ).toEqual([]);
  });

  it.each([
    [{}, 'url', 'is required'],
    [{ url: 7 }, 'url', 'must be an http or https URL'],
    [{ url: 'openapi.json' }, 'url', 'must be an http or https URL'],
    [{ url: 'file:///etc/passwd' }, 'url', 'must be an http or https URL'],
    [{ url: 'https://me:secret@h/' }, 'url', 'must not contain a user name or password'],
    [{ url, uri: url }, 'uri', 'is not known; the fields are url, headers, maxBytes, followRefs, maxRefs'],
    [{ url, headers: [] }, 'headers', 'must be an object of header names and values'],
    [{ url, headers: { 'a b': 'c' } }, 'headers.a b', 'is not a valid header name'],
    [{ url, headers: { a: 'b\r\nc: d' } }, 'headers.a', 'must be text of at most 4096 characters without line breaks'],
    [{ url, headers: { a: 1 } }, 'headers.a', 'must be text of at most 4096 characters without line breaks'],
    [{ url, headers: { Authorization: 'x' } }, 'headers.Authorization', /cannot be set here/],
    [{ url, headers: { 'If-None-Match': 'x' } }, 'headers.If-None-Match', /cannot be set here/],
    [{ url, maxBytes: 0 }, 'maxBytes', /must be a whole number from 1 to/],
    [{ url, followRefs: 'yes' }, 'followRefs', 'must be true or false'],
    [{ url, maxRefs: 1.5 }, 'maxRefs', 'must be a whole number from 0 to 1000'],
  ])('refuses %j', (config, field, message) => {
    const expected = message instanceof RegExp ? expect.stringMatching(message) : message;
    expect(problemsOf(config)).toEqual([{ field, message: expected }]);
  });

  it('lists everything that is wrong at once, without repeating a value', () => {
    const problems = problemsOf({ url: 'https://me:hunter2@h/', maxRefs: -1, x: 'hunter2' });
    expect(problems.map(({ field }) => field)).toEqual(['url', 'maxRefs', 'x']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});
