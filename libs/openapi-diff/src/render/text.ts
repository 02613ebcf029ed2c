import { placeText, reach } from './page.js';
import type { Page } from './page.js';

/** For a terminal: one line for a change, and below it where it is. */
export function renderText(page: Page): string {
  const lines = [page.title];
  if (page.compared !== undefined) lines.push(page.compared);
  if (page.total === 0) return `${[...lines, 'No changes.'].join('\n')}\n`;
  lines.push(page.counts.map(([severity, count]) => `${count} ${severity}`).join(', '));
  for (const { heading, changes } of page.groups) {
    lines.push('', `${heading} (${changes.length})`);
    for (const change of changes) {
      lines.push(`  ${change.message} [${change.rule}]`);
      const where = [reach(change), placeText(change)].filter((part) => part !== '');
      if (where.length > 0) lines.push(`      ${where.join('  ')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
