import type { Change, Severity } from '../change.js';
import { rules as allRules } from '../rules/rules.js';
import { fullSentence, locationOf, type Compared } from './place.js';

const LEVELS: Record<Severity, string> = { breaking: 'error', risky: 'warning', safe: 'note', info: 'note' };

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning. */
export const renderSarif = (changes: readonly Change[], compared: Compared): string => {
  const ids = [...new Set(changes.map(({ rule }) => rule))].sort();
  const rules = ids.map((id) => {
    const why = allRules().get(id)?.why;
    return { id, ...(why !== undefined && { shortDescription: { text: why } }) };
  });
  const results = changes.map((change) => {
    const { file, line } = locationOf(change, compared);
    return {
      ruleId: change.rule,
      ruleIndex: ids.indexOf(change.rule),
      level: LEVELS[change.severity],
      message: { text: fullSentence(change) },
      locations: [{ physicalLocation: { artifactLocation: { uri: file }, region: { startLine: line } } }],
      partialFingerprints: { 'change/v1': change.id },
      properties: { severity: change.severity },
    };
  });
  const driver = { name: 'tidemark', rules };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
};
