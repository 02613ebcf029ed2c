import { ruleOfRow, type Override, type Row, type Rule } from './rule.js';

const RISKY: Override = {
  severity: 'risky',
  why: 'most servers ignore a property that they do not know, but its effect is gone',
};

/** Rules whose ids depend on more than direction, place and kind; `{a|b}` in an id gives two of them. */
const ROWS: Readonly<Record<string, Row | readonly [Row, Override]>> = {
  'new-required-request-property{|-with-default}': 'narrows ERR: was added and is required',
  'new-required-request-header-property': 'narrows ERR: was added and is required',
  'new-required-request-parameter-property': 'narrows own: was added and is required',
  'new-optional-request-property': 'widens INFO: was added',
  'new-optional-request-parameter-property': 'widens own: was added',
  'response-required-{|write-only-}property-added': 'narrows INFO: was added and is required',
  'response-optional-{|write-only-}property-added': 'narrows INFO: was added',
  'response-header-required-{|write-only-}property-added': 'narrows own: was added and is required',
  'response-header-optional-{|write-only-}property-added': 'narrows own: was added',
  'request-property-removed': ['swaps WARN: was removed', RISKY],
  'request-parameter-property-removed': 'swaps own: was removed',
  'request-{|parameter-}property-no-longer-allowed': 'narrows own: was removed, and is refused now',
  'response-required-property-removed': 'widens ERR: was removed',
  'response-optional-property-removed': 'widens WARN: was removed',
  'response-{required|optional}-write-only-property-removed': 'widens INFO: was removed',
  'response-header-{required|optional}-{|write-only-}property-removed': 'widens own: was removed',
  'request-property-became-required{|-with-default}': 'narrows ERR: became required',
  'request-header-property-became-required': 'narrows ERR: became required',
  'request-parameter-property-became-required': 'narrows own: became required',
  'response-{|write-only-}property-became-required': 'narrows INFO: became required',
  'response-{|write-only-}header-property-became-required': 'narrows own: became required',
  'request-property-became-optional': 'widens INFO: became optional',
  'request-parameter-property-became-optional': 'widens own: became optional',
  'response-property-became-optional': 'widens ERR: became optional',
  'response-write-only-property-became-optional': 'widens INFO: became optional',
  'response-{|write-only-}header-property-became-optional': 'widens own: became optional',
  '{request|response}-{required|optional}-property-became-read-only': 'notes INFO: is now read-only',
  'response-{required|optional}-property-became-not-read-only': 'notes INFO: is no longer read-only',
  'request-optional-property-became-not-read-only': 'notes INFO: is no longer read-only',
  'request-required-property-became-not-read-only': [
    'notes INFO: is no longer read-only, and is required',
    { severity: 'breaking', why: 'requests without the property are refused' },
  ],
  'request-{required|optional}-property-became-write-only': 'notes INFO: is now write-only',
  'response-required-property-became-write-only': [
    'notes INFO: is now write-only',
    { severity: 'breaking', why: 'responses no longer hold what they always held' },
  ],
  'response-optional-property-became-write-only': [
    'notes INFO: is now write-only',
    { severity: 'risky', why: 'responses no longer hold what they could hold' },
  ],
  'request-{required|optional}-property-became-not-write-only': 'notes INFO: is no longer write-only',
  'response-required-property-became-not-write-only': 'notes WARN: is no longer write-only',
  'response-optional-property-became-not-write-only': 'notes INFO: is no longer write-only',
  'request-header-property-became-enum': 'narrows ERR: is now limited to the values {after}',
  'request-parameter-unused-default-changed': 'notes own: changed its default, which never counts',
  '{request|response}-{body|parameter|header}-schema-deprecation-changed':
    'notes own: has a schema that {after} deprecated',
};

/** Every id of a pattern. */
const expand = (pattern: string): string[] => {
  const [, head, choices, tail] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern) ?? [];
  return choices === undefined ? [pattern] : choices.split('|').flatMap((choice) => expand(`${head}${choice}${tail}`));
};

let rules: ReadonlyMap<string, Rule> | undefined;

/** The rules of properties, by id. */
export const propertyRules = (): ReadonlyMap<string, Rule> =>
  (rules ??= new Map(
    Object.entries(ROWS).flatMap(([pattern, row]) =>
      expand(pattern).map((id) => [id, ruleOfRow(id, row, id.startsWith('response-') ? 'response' : 'request')]),
    ),
  ));

/** @throws Error for an id that has no row */
export const propertyRule = (id: string): Rule => {
  const rule = propertyRules().get(id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
};
