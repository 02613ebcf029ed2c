import { placeText, plain, reach, type Page } from './page.js';

/** For pull requests and chat: headings, one list item for a change. */
export const renderMarkdown = (page: Page): string => {
  const lines = [`# ${escapeMarkdown(page.title)}`, ''];
  if (page.compared !== undefined) lines.push(escapeMarkdown(page.compared), '');
  if (page.ignored !== '') lines.push(`${page.ignored}.`, '');
  if (page.total === 0) return `${[...lines, 'No changes.'].join('\n')}\n`;
  lines.push(page.counts.map(([severity, count]) => `**${count}** ${severity}`).join(' · '), '');
  for (const { heading, changes } of page.groups) {
    lines.push(`## ${heading} (${changes.length})`, '');
    for (const change of changes) {
      const where = reach(change);
      lines.push(`- ${escapeMarkdown(change.message)}${where === '' ? '' : ` — ${code(where)}`}  `);
      const place = placeText(change);
      lines.push(`  ${code(change.rule)}${place === '' ? '' : ` at ${code(place)}`}`);
    }
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
};

const escapeMarkdown = (text: string): string => plain(text).replaceAll(/[\\`*_{}[\]<>#|~&]/g, '\\$&');

/** A code span survives backticks in its text by a longer fence. */
const code = (text: string): string => {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
};
