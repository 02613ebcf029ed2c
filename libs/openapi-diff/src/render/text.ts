import { placeText, plain, reach, type Page, type Paint } from './page.js';

/** For a terminal: one line for a change, and below it where it is. */
export const renderText = (page: Page, paint: Paint = (_severity, text) => text): string => {
  const lines = [plain(page.title)];
  if (page.compared !== undefined) lines.push(plain(page.compared));
  if (page.ignored !== '') lines.push(page.ignored);
  if (page.total === 0) return `${[...lines, 'No changes.'].join('\n')}\n`;
  lines.push(page.counts.map(([severity, count]) => paint(severity, `${count} ${severity}`)).join(', '));
  for (const { severity, heading, changes } of page.groups) {
    lines.push('', paint(severity, `${heading} (${changes.length})`));
    for (const change of changes) {
      lines.push(`  ${plain(change.message)} [${change.rule}]`);
      const where = [reach(change), placeText(change)].filter((part) => part !== '');
      if (where.length > 0) lines.push(`      ${where.join('  ')}`);
    }
  }
  return `${lines.join('\n')}\n`;
};
