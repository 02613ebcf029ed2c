import type { Change } from '../change.js';
import { fullSentence, locationOf, type Compared } from './place.js';

/** JUnit XML: a test case for each change; what is breaking or risky failed. */
export const renderJunit = (changes: readonly Change[], compared: Compared): string => {
  const failed = changes.filter(isFailure).length;
  const cases =
    changes.length === 0
      ? [`    <testcase classname="changes" name="no changes"/>`]
      : changes.map((change) => caseOf(change, compared));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${cases.length}" failures="${failed}">`,
    `  <testsuite name="API changes" tests="${cases.length}" failures="${failed}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
};

const isFailure = ({ severity }: Change): boolean => severity === 'breaking' || severity === 'risky';

const caseOf = (change: Change, compared: Compared): string => {
  const { file, line } = locationOf(change, compared);
  const attributes = `classname="${xml(change.rule)}" name="${xml(fullSentence(change))}" file="${xml(file)}" line="${line}"`;
  if (!isFailure(change)) return `    <testcase ${attributes}/>`;
  return `    <testcase ${attributes}>\n      <failure type="${change.severity}" message="${xml(change.message)}"/>\n    </testcase>`;
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML cannot hold are left out. */
const xml = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
