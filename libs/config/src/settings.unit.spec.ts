import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  bytes,
  defineSettings,
  duration,
  integer,
  list,
  onOff,
  oneOf,
  path,
  port,
  secret,
  SettingsError,
  string,
  url,
} from './index.js';

const schema = defineSettings({
  name: string('APP_NAME', 'Its name', { default: 'app', pattern: /^[a-z]+$/, patternText: 'be lower-case letters' }),
  workers: integer('APP_WORKERS', 'How many', { default: 4, min: 1, max: 64 }),
  port: port('APP_PORT', 'Where it listens', { default: 8080 }),
  store: url('APP_STORE', 'Where it keeps things', ['sqlite', 'mongodb', 'http']),
  hosts: list('APP_HOSTS', 'Allowed hosts', {
    default: [],
    item: (entry) => {
      if (entry.includes('/')) throw new Error('a host has no slash');
    },
  }),
  demo: onOff('APP_DEMO', 'A demonstration', { default: true }),
  timeoutMs: duration('APP_TIMEOUT_MS', 'Patience', { default: 60_000, min: 1000, max: 3_600_000 }),
  maxBytes: bytes('APP_MAX_BYTES', 'Largest body', { default: 64 * 1024 ** 2 }),
  level: oneOf('APP_LEVEL', 'Least severe line', ['debug', 'info'], { default: 'info' }),
  key: secret('APP_KEY', 'A key', { minLength: 8 }),
  folder: path('APP_FOLDER', 'Where files go', { default: './data' }),
});

function messages(
  environment: NodeJS.ProcessEnv,
  settings: { parse(environment: NodeJS.ProcessEnv): unknown } = schema,
): string[] {
  try {
    settings.parse(environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    expect(error.message).toBe(error.problems.map(({ message }) => message).join('\n'));
    return error.problems.map(({ message }) => message);
  }
  return [];
}

describe('settings', () => {
  it('have their defaults when nothing is set', () => {
    expect(schema.parse({})).toEqual({
      name: 'app',
      workers: 4,
      port: 8080,
      store: null,
      hosts: [],
      demo: true,
      timeoutMs: 60_000,
      maxBytes: 67_108_864,
      level: 'info',
      key: null,
      folder: `${process.cwd()}/data`,
    });
  });

  it('treat a blank variable as one that is not set', () => {
    expect(schema.parse({ APP_PORT: '', APP_STORE: '  ' })).toMatchObject({ port: 8080, store: null });
  });

  it('read every kind', () => {
    const settings = schema.parse({
      APP_NAME: ' tide ',
      APP_WORKERS: '64',
      APP_PORT: '0',
      APP_STORE: 'mongodb://one:27017,two:27017/?replicaSet=rs',
      APP_HOSTS: 'localhost, 10.0.0.8 ,,',
      APP_DEMO: 'OFF',
      APP_TIMEOUT_MS: '90s',
      APP_MAX_BYTES: '2MB',
      APP_LEVEL: 'Debug',
      APP_KEY: 'correct-horse',
      APP_FOLDER: '/var/lib/app',
    });
    expect(settings).toMatchObject({
      name: 'tide',
      workers: 64,
      port: 0,
      store: 'mongodb://one:27017,two:27017/?replicaSet=rs',
      hosts: ['localhost', '10.0.0.8'],
      demo: false,
      timeoutMs: 90_000,
      maxBytes: 2_097_152,
      level: 'debug',
      folder: '/var/lib/app',
    });
    expect(settings.key?.reveal()).toBe('correct-horse');
  });

  it.each([
    ['APP_NAME', 'App 1', 'APP_NAME must be lower-case letters, not "App 1"'],
    ['APP_WORKERS', '65', 'APP_WORKERS must be a whole number from 1 to 64, not "65"'],
    ['APP_WORKERS', '1e1', 'APP_WORKERS must be a whole number from 1 to 64, not "1e1"'],
    ['APP_WORKERS', '2.5', 'APP_WORKERS must be a whole number from 1 to 64, not "2.5"'],
    ['APP_PORT', '-1', 'APP_PORT must be a port from 0 to 65535, not "-1"'],
    ['APP_PORT', '65536', 'APP_PORT must be a port from 0 to 65535, not "65536"'],
    ['APP_PORT', '0x50', 'APP_PORT must be a port from 0 to 65535, not "0x50"'],
    ['APP_STORE', 'redis://u:p@h', 'APP_STORE must be a URL that starts with sqlite:, mongodb:, http:, not "redis:"'],
    ['APP_STORE', '/no/scheme', 'APP_STORE must be a URL that starts with sqlite:, mongodb:, http:'],
    ['APP_STORE', 'mongodb://', 'APP_STORE is not a well-formed mongodb: URL'],
    ['APP_STORE', 'http://host:99999/', 'APP_STORE is not a well-formed http: URL'],
    ['APP_HOSTS', 'a,b/c', 'APP_HOSTS has an entry that cannot be used, "b/c": a host has no slash'],
    ['APP_DEMO', 'maybe', 'APP_DEMO must be on or off, not "maybe"'],
    ['APP_TIMEOUT_MS', '5d', 'APP_TIMEOUT_MS must be a number of milliseconds from 1000 to 3600000, not "5d"'],
    ['APP_TIMEOUT_MS', '999', 'APP_TIMEOUT_MS must be a number of milliseconds from 1000 to 3600000, not "999"'],
    ['APP_MAX_BYTES', 'big', 'APP_MAX_BYTES must be a number of bytes of at least 0, not "big"'],
    ['APP_LEVEL', 'loud', 'APP_LEVEL must be one of debug, info, not "loud"'],
    ['APP_KEY', 'short', 'APP_KEY must have at least 8 characters'],
    ['APP_KEY', 'two words', 'APP_KEY must not contain white space'],
    ['APP_FOLDER', 'a\0b', 'APP_FOLDER must be a path, and must not contain a NUL character'],
  ])('describe the problem of %s=%j', (variable, value, message) => {
    expect(messages({ [variable]: value })).toEqual([message]);
  });

  it('name every problem at once, one line each', () => {
    const wrong = messages({ APP_PORT: 'x\ny', APP_LEVEL: 'x'.repeat(100), APP_DEMO: '2' });
    expect(wrong).toHaveLength(3);
    for (const line of wrong) expect(line).not.toMatch(/\n|x{41}/);
  });

  it('never show a secret, nor a URL that may hold one', () => {
    const hidden = 'hunter2hunter2';
    const { key } = schema.parse({ APP_KEY: hidden });
    for (const text of [String(key), JSON.stringify({ key }), inspect({ key }, { depth: 9, showHidden: true })])
      expect(text).not.toContain(hidden);
    for (const store of [`redis://u:${hidden}@h`, `http://u:${hidden}@h:99999`, `mongodb://u:${hidden}@h /x`])
      expect(messages({ APP_STORE: store }).join()).not.toContain(hidden);
    expect(messages({ APP_KEY: `${hidden} x` }).join()).not.toContain(hidden);
  });

  it('are described for a table, without looking at the environment', () => {
    const rows = schema.describe();
    expect(rows).toHaveLength(11);
    expect(rows[2]).toEqual({
      variable: 'APP_PORT',
      kind: 'port',
      default: '8080',
      description: 'Where it listens',
    });
    expect(rows.map((row) => row.default)).toEqual([
      'app',
      '4',
      '8080',
      '',
      '',
      'on',
      '60000',
      '64MB',
      'info',
      '',
      './data',
    ]);
  });

  it('point at variables that are probably misspelt', () => {
    expect(schema.unknown({ APP_PROT: '1', APP_PORT: '1', HOME: '/' }, 'APP_')).toEqual(['APP_PROT']);
  });
});
