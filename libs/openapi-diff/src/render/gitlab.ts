import type { Change, Severity } from '../change.js';
import { fullSentence, locationOf, type Compared } from './place.js';

const SEVERITIES: Record<Severity, string> = { breaking: 'critical', risky: 'major', safe: 'minor', info: 'info' };

/** A Code Quality report of GitLab, in Code Climate's format. */
export const renderGitlab = (changes: readonly Change[], compared: Compared): string => {
  const issues = changes.map((change) => {
    const { file, line } = locationOf(change, compared);
    return {
      description: fullSentence(change),
      check_name: change.rule,
      fingerprint: change.id,
      severity: SEVERITIES[change.severity],
      location: { path: file, lines: { begin: line } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
};
