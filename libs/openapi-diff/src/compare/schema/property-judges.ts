import { propertyRule } from '../../rules/property-rules.js';
import { READ_ONLY, type Finding } from './finding.js';
import type { Judged, Setting } from './setting.js';

type PropertyJudge = (finding: Finding, setting: Setting) => Judged | undefined;

const needOf = ({ required }: Finding): 'required' | 'optional' => (required === true ? 'required' : 'optional');

const isReadOnly = ({ property }: Finding): boolean => property?.['readOnly'] === true;

const writeOnlyFlag = ({ property }: Finding): string => (property?.['writeOnly'] === true ? 'write-only-' : '');

const defaultSuffix = ({ property }: Finding): string => (property?.['default'] === undefined ? '' : '-with-default');

const judged = (id: string): Judged => ({ rule: propertyRule(id) });

export const judgeAdded: PropertyJudge = (finding, { direction, scope, place }) => {
  const need = needOf(finding);
  if (direction === 'response') {
    const inHeader = scope.startsWith('header') ? 'header-' : '';
    return judged(`response-${inHeader}${need}-${writeOnlyFlag(finding)}property-added`);
  }
  if (isReadOnly(finding)) return undefined;
  if (scope.startsWith('parameter'))
    return judged(`new-${need}-request-${place === 'header' && need === 'required' ? 'header' : 'parameter'}-property`);
  return judged(`new-${need}-request-property${need === 'required' ? defaultSuffix(finding) : ''}`);
};

export const judgeRemoved: PropertyJudge = (finding, { direction, scope }) => {
  if (direction === 'request') {
    if (isReadOnly(finding)) return undefined;
    const end = finding.refused === true ? 'no-longer-allowed' : 'removed';
    return judged(`request-${scope.startsWith('parameter') ? 'parameter-' : ''}property-${end}`);
  }
  const inHeader = scope.startsWith('header') ? 'header-' : '';
  return judged(`response-${inHeader}${needOf(finding)}-${writeOnlyFlag(finding)}property-removed`);
};

/** That a new property is required is part of its own finding. */
export const judgeRequired: PropertyJudge = (finding, { direction, scope, place }) => {
  if (finding.propertyBefore === undefined) return undefined;
  if (direction === 'response') {
    const inHeader = scope.startsWith('header') ? 'header-' : '';
    return judged(`response-${writeOnlyFlag(finding)}${inHeader}property-became-required`);
  }
  if (isReadOnly(finding)) return undefined;
  if (scope.startsWith('parameter'))
    return judged(`request-${place === 'header' ? 'header' : 'parameter'}-property-became-required`);
  return judged(`request-property-became-required${defaultSuffix(finding)}`);
};

export const judgeOptional: PropertyJudge = (finding, { direction, scope }) => {
  if (finding.propertyBefore === undefined) return undefined;
  const flag = direction === 'response' ? writeOnlyFlag(finding) : '';
  const where = scope.startsWith('parameter') ? 'parameter-' : scope.startsWith('header') ? 'header-' : '';
  return judged(`${direction}-${flag}${where}property-became-optional`);
};

export const judgeAccess: PropertyJudge = (finding, { direction, scope }) => {
  if (scope.startsWith('parameter') || scope.startsWith('header')) return undefined;
  const flag = finding.kind === READ_ONLY ? 'read-only' : 'write-only';
  return judged(`${direction}-${needOf(finding)}-property-became-${finding.after === true ? '' : 'not-'}${flag}`);
};
