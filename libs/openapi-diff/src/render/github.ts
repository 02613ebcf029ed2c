import type { Change, Severity } from '../change.js';
import { fullSentence, locationOf, type Compared } from './place.js';

const COMMANDS: Record<Severity, string> = { breaking: 'error', risky: 'warning', safe: 'notice', info: 'notice' };

/** Workflow commands of GitHub Actions, one line for each change: annotations of the lines that changed. */
export const renderGithub = (changes: readonly Change[], compared: Compared): string =>
  changes
    .map((change) => {
      const { file, line } = locationOf(change, compared);
      const place = `file=${property(file)},line=${line},title=${property(change.rule)}`;
      return `::${COMMANDS[change.severity]} ${place}::${data(fullSentence(change))}\n`;
    })
    .join('');

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
