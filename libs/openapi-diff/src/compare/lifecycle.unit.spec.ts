import { describe, expect, it } from '@jest/globals';
import { compare, parse, type CompareOptions } from '../index.js';
import { changesBetween, edited, rulesOf } from '../testing/api.js';

const now = new Date('2026-06-01T12:00:00Z');
const list = (document: any) => document.paths['/pets'].get;

const judge = (
  before: (document: any) => void,
  after: (document: any) => void,
  options: CompareOptions = {},
): string[] => rulesOf(changesBetween(edited(before), edited(after), { now, ...options }));

const nothing = (): void => undefined;

describe('deprecation', () => {
  it.each<[string, object, CompareOptions, string]>([
    ['without a date', {}, {}, 'info endpoint-deprecated'],
    ['with a date', { 'x-sunset': '2026-12-31' }, {}, 'info endpoint-deprecated-with-sunset'],
    ['with a date and time', { 'x-sunset': '2026-12-31T00:00:00Z' }, {}, 'info endpoint-deprecated-with-sunset'],
    [
      'without the date that is required',
      {},
      { minSunsetDays: { stable: 30 } },
      'breaking api-deprecated-sunset-missing',
    ],
    [
      'with a date too soon',
      { 'x-sunset': '2026-06-20' },
      { minSunsetDays: { stable: 30 } },
      'breaking api-sunset-date-too-small',
    ],
    ['with a date that has passed', { 'x-sunset': '2026-05-31' }, {}, 'breaking api-sunset-date-too-small'],
    ['with a day that is none', { 'x-sunset': '2027-02-29' }, {}, 'breaking api-deprecated-sunset-parse'],
    ['with a time that is none', { 'x-sunset': '2027-01-01T25:00:00Z' }, {}, 'breaking api-deprecated-sunset-parse'],
    ['with a date that cannot be read', { 'x-sunset': 'next year' }, {}, 'breaking api-deprecated-sunset-parse'],
    [
      'in beta, by its own limit',
      { 'x-sunset': '2026-06-20', 'x-stability-level': 'beta' },
      { minSunsetDays: { stable: 30, beta: 10 } },
      'info endpoint-deprecated-with-sunset',
    ],
  ])('is judged %s', (_, fields, options, rule) => {
    const level = (fields as Record<string, string>)['x-stability-level'];
    const before = (d: any): void =>
      void Object.assign(list(d), level === undefined ? {} : { 'x-stability-level': level });
    expect(judge(before, (d) => Object.assign(list(d), { deprecated: true }, fields), options)).toEqual([rule]);
  });

  it.each<[string, object, string]>([
    ['without deprecation', {}, 'breaking api-removed-without-deprecation'],
    ['after deprecation', { deprecated: true }, 'risky api-removed-with-deprecation'],
    ['before the sunset', { deprecated: true, 'x-sunset': '2026-07-01' }, 'breaking api-removed-before-sunset'],
    ['after the sunset', { deprecated: true, 'x-sunset': '2026-05-01' }, 'risky api-removed-after-sunset'],
    ['with an unreadable sunset', { deprecated: true, 'x-sunset': '?' }, 'breaking api-path-sunset-parse'],
    ['while it was a draft', { 'x-stability-level': 'draft' }, 'info unstable-api-removed'],
  ])('decides how a removal counts %s', (_, fields, rule) => {
    expect(
      judge(
        (d) => Object.assign(list(d), fields),
        (d) => delete d.paths['/pets'].get,
      ),
    ).toEqual([rule]);
  });

  it('watches over the sunset date', () => {
    const sunset = (date?: string) => (d: any) =>
      Object.assign(list(d), { deprecated: true }, date === undefined ? {} : { 'x-sunset': date });
    expect(judge(sunset('2026-12-31'), sunset())).toEqual(['breaking sunset-deleted']);
    expect(judge(sunset('2026-12-31'), sunset('2026-06-10'), { minSunsetDays: { stable: 30 } })).toEqual([
      'breaking api-sunset-date-changed-too-small',
    ]);
    expect(judge(sunset('2026-12-31'), sunset('2026-10-10'), { minSunsetDays: { stable: 30 } })).toEqual([]);
  });

  it('counts for parameters and properties too', () => {
    const both = (d: any): void => {
      list(d).parameters[0].deprecated = true;
      d.components.schemas.Pet.properties.tags.deprecated = true;
    };
    expect(judge(nothing, both)).toEqual([
      'info request-parameter-deprecated',
      'info request-property-deprecated',
      'info response-property-deprecated',
    ]);
  });
});

describe('stability', () => {
  const level = (name: string) => (d: any) => (list(d)['x-stability-level'] = name);

  it.each([
    ['stable', 'beta', ['breaking api-stability-decreased']],
    ['beta', 'stable', ['info api-stability-increased']],
    ['draft', 'stable', []],
    ['stable', 'gold', ['breaking api-invalid-stability-level']],
    ['stable', '', ['breaking api-invalid-stability-level']],
  ])('moves from %s to %s', (from, to, rules) => {
    expect(judge(level(from), level(to))).toEqual(rules);
  });

  it('makes changes of a draft harmless', () => {
    const draft = level('draft');
    const change = (d: any): void => {
      draft(d);
      list(d).parameters[0].required = true;
    };
    expect(judge(draft, change)).toEqual(['info request-parameter-became-required']);
    expect(judge(draft, change, { stabilityLevel: 'draft' })).toEqual(['breaking request-parameter-became-required']);
    expect(judge(draft, change, { levels: 'oasdiff' })).toEqual([]);
  });
});

describe('the version of the API', () => {
  it.each([
    ['1.0.0', '1.0.0', ['api-version-not-bumped']],
    ['1.0.0', '1.9.0', ['api-major-version-not-bumped', 'api-version-changed']],
    ['1.0.0', '2.0.0', ['api-version-changed']],
    ['0.3.0', '0.4.0', ['api-version-changed']],
    ['2.0.0', '1.0.0', ['api-version-changed', 'api-version-decreased']],
    ['1.0.0-alpha.1', '1.0.0-alpha.2', ['api-version-changed', 'api-version-decreased']],
    ['1.0.0-01', '1.0.0-01', []],
    ['v1', 'v1', []],
    ['2026-01-01', '2026-02-01', ['api-version-changed']],
  ])('must rise with a breaking change: %s to %s', (from, to, rules) => {
    const side = (version: string, required: boolean) =>
      parse(
        JSON.stringify(
          edited((d) => {
            d.info.version = version;
            list(d).parameters[0].required = required;
          }),
        ),
      );
    const found = compare(side(from, false), side(to, true)).changes.map((change) => change.rule);
    expect(found.filter((rule) => rule.includes('version')).sort()).toEqual(rules);
  });
});
