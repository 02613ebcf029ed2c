import type { JsonObject } from '../../json.js';
import type { Effect } from '../../rules/schema-rules.js';
import { READ_ONLY, type Finding } from './finding.js';
import { isField, type Judged, type Setting } from './setting.js';

const need = (finding: Finding): 'required' | 'optional' => (finding.required === true ? 'required' : 'optional');

export const addedRule = (finding: Finding, setting: Setting): Judged | undefined => {
  const { direction, scope, place } = setting;
  const says = finding.required === true ? 'was added and is required' : 'was added';
  if (direction === 'response') {
    const flag = finding.property?.['writeOnly'] === true ? 'write-only-' : '';
    const inHeader = scope.startsWith('header') ? 'header-' : '';
    return { rule: `response-${inHeader}${need(finding)}-${flag}property-added`, effect: 'narrows', says };
  }
  const effect: Effect = finding.required === true ? 'narrows' : 'widens';
  if (finding.property?.['readOnly'] === true) return undefined;
  if (scope.startsWith('parameter')) {
    const what = place === 'header' && finding.required === true ? 'header-property' : 'parameter-property';
    return { rule: `new-${need(finding)}-request-${what}`, effect, says };
  }
  const suffix = finding.required === true && hasDefault(finding.property, setting) ? '-with-default' : '';
  return { rule: `new-${need(finding)}-request-property${suffix}`, effect, says };
};

export const removedRule = (finding: Finding, { direction, scope }: Setting): Judged | undefined => {
  const says = 'was removed';
  if (direction === 'request') {
    if (finding.property?.['readOnly'] === true) return undefined;
    return {
      rule: `request-${scope.startsWith('parameter') ? 'parameter-' : ''}property-removed`,
      effect: 'swaps',
      says,
    };
  }
  const flag = finding.property?.['writeOnly'] === true ? 'write-only-' : '';
  const inHeader = scope.startsWith('header') ? 'header-' : '';
  return { rule: `response-${inHeader}${need(finding)}-${flag}property-removed`, effect: 'widens', says };
};

export const requiredRule = (finding: Finding, setting: Setting): Judged | undefined => {
  const { direction, scope, place } = setting;
  const says = 'became required';
  if (finding.was === undefined && !(scope === 'parameter-property' && place === 'header')) return undefined;
  if (direction === 'response') {
    const flag = isWriteOnly(finding, setting) ? 'write-only-' : '';
    return {
      rule: `response-${flag}${scope.startsWith('header') ? 'header-' : ''}property-became-required`,
      effect: 'narrows',
      says,
    };
  }
  if (finding.property?.['readOnly'] === true) return undefined;
  if (scope.startsWith('parameter')) {
    const what = place === 'header' ? 'header' : 'parameter';
    return { rule: `request-${what}-property-became-required`, effect: 'narrows', says };
  }
  const suffix = hasDefault(finding.property, setting) ? '-with-default' : '';
  return { rule: `request-property-became-required${suffix}`, effect: 'narrows', says };
};

export const optionalRule = (finding: Finding, setting: Setting): Judged | undefined => {
  const { direction, scope } = setting;
  if (finding.was === undefined && !(direction === 'response' && scope === 'body')) return undefined;
  if (isField(setting) && direction === 'request' && finding.property?.['readOnly'] === true) return undefined;
  const flag = direction === 'response' && isWriteOnly(finding, setting) ? 'write-only-' : '';
  const where = scope.startsWith('parameter') ? 'parameter-' : scope.startsWith('header') ? 'header-' : '';
  return { rule: `${direction}-${flag}${where}property-became-optional`, effect: 'widens', says: 'became optional' };
};

/** By the property as it is now; to oasdiff inside of a body as it was. */
const isWriteOnly = ({ property, was }: Finding, setting: Setting): boolean => {
  const judged = isField(setting) && setting.scope !== 'body' ? was : property;
  return judged?.['writeOnly'] === true;
};

/** To oasdiff null is no default. */
const hasDefault = (property: JsonObject | undefined, setting: Setting): boolean => {
  const value = property?.['default'];
  return value !== undefined && !(value === null && isField(setting));
};

export const accessRule = (finding: Finding, { direction, scope }: Setting): Judged | undefined => {
  if (scope.startsWith('parameter') || scope.startsWith('header')) return undefined;
  const word = finding.kind === READ_ONLY ? 'read-only' : 'write-only';
  const not = finding.after === true ? '' : 'not-';
  const says = `is ${finding.after === true ? 'now' : 'no longer'} ${word}`;
  return { rule: `${direction}-${need(finding)}-property-became-${not}${word}`, effect: 'notes', says };
};
