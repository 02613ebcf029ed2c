import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { configProblems } from './config.js';
import type { Manifest } from './manifest.js';
import { isSecretName } from './secrets.js';

describe('a name', () => {
  it.each([
    ...['PRIVATE-TOKEN', 'X-Vault-Token', 'X-Gitlab-Token', 'JOB-TOKEN', 'Authorization', 'X-Auth-Key', 'Cookie'],
    ...['X-Amz-Security-Token', 'X-Amz-Signature', 'X-Amz-Credential', 'Ocp-Apim-Subscription-Key', 'DD-API-KEY'],
    ...['DD-APPLICATION-KEY', 'X-RapidAPI-Key', 'x-functions-key', 'apikey', 'apiKey', 'api_key', 'X-MBX-APIKEY'],
    ...['access_token', 'accessToken', 'refreshToken', 'id_token', 'client_secret', 'clientSecret', 'password'],
    ...[
      'passwd',
      'pwd',
      'sig',
      'signature',
      'X-Goog-Signature',
      'jwt',
      'session_id',
      'sessionid',
      'auth',
      'private_key',
    ],
    ...['X-Shopify-Access-Token', 'token', 'Token', 'X-Session-Token', 'credentials', 'user_key', 'license-key', 'SAS'],
  ])('such as %s is that of a secret', (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    ...['Accept', 'User-Agent', 'X-Request-Id', 'Idempotency-Key', 'X-Tenant', 'Accept-Language', 'X-Author', 'author'],
    ...[
      'pageToken',
      'page_token',
      'nextPageToken',
      'continuation-token',
      'sync_token',
      'max_tokens',
      'sort_key',
      'keyword',
    ],
    ...[
      'monkey',
      'partition_key',
      'primaryKey',
      'passenger',
      'tokenize',
      'design',
      'since',
      'Notion-Version',
      'compass',
    ],
  ])('such as %s is not', (name) => expect(isSecretName(name)).toBe(false));
});

describe('a config', () => {
  const manifest = (auth: Manifest['auth']): Manifest => ({
    ...{ name: 'x', title: 'X', description: 'X.', auth },
    config: z.looseObject({}),
  });
  const fieldsOf = (config: unknown) => configProblems(manifest(['bearer']), config).map(({ field }) => field);

  it.each([
    [{ headers: { 'PRIVATE-TOKEN': 'x' } }, 'headers.PRIVATE-TOKEN'],
    [{ objects: [{ query: { api_key: 'x' } }] }, 'objects.0.query.api_key'],
    [{ objects: [{ body: { login: { password: 'x' } } }] }, 'objects.0.body.login.password'],
    [{ url: 'https://h/openapi.json?api_key=hunter2' }, 'url'],
    [{ url: 'https://h/a?x=1&Access_Token=hunter2' }, 'url'],
    [{ url: 'https://acc.blob.core.windows.net/a?sv=2024&se=2027&sig=hunter2%3D' }, 'url'],
    [{ url: 'https://h/api/f?code=Zm9vYmFyYmF6cXV4Zm9vYmFy' }, 'url'],
    [{ url: 'https://h/#access_token=hunter2' }, 'url'],
    [{ url: 'https://maps.example/x?key=AIzaSyA0123456789abcdefghijABCDEFGHIJ' }, 'url'],
    [{ url: 'https://h/ghp_0123456789abcdefghijABCDEFGHIJ/x' }, 'url'],
    [{ dsn: 'postgres://me:hunter2@h/db' }, 'dsn'],
    [{ headers: { 'X-Anything': 'Bearer abcdefghijkl' } }, 'headers.X-Anything'],
    [{ headers: { 'X-Anything': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc' } }, 'headers.X-Anything'],
  ])('may not hold a secret: %j', (config, field) => {
    const problems = configProblems(manifest(['bearer']), config);
    expect(problems).toEqual([{ field, message: expect.stringContaining("connection's credential") }]);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|Zm9v/);
  });

  it('names a next step also where the connector takes no credential', () => {
    const [problem] = configProblems(manifest(['none']), { url: 'https://h/?token=x' });
    expect(problem!.message).toBe(
      'has a secret in its query, `token`: configs are not secret, and this connector takes no credential; use an address that needs none',
    );
  });

  it.each([
    { url: 'https://h/openapi.json?version=3&lang=de&code=DE&page_token=2' },
    { url: 'https://h/a?session=2024&private=true&auth=none&key=id' },
    { headers: { Accept: 'application/json', 'X-Tenant': 'acme' }, objects: [{ key: ['id'], path: '/tokens' }] },
    { csv: { types: { password: 'text', api_key: 'text' } } },
    { pagination: { param: 'pageToken', next: 'meta.token' } },
  ])('may hold anything else: %j', (config) => expect(fieldsOf(config)).toEqual([]));
});
