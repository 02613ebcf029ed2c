import type { Change } from '../change.js';
import type { Json } from '../json.js';
import { operationText, placeText, plain, reach, type Page } from './page.js';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --breaking: #c62828; --risky: #b26a00; --safe: #2e7d32; --info: #546e7a; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } .compared { opacity: .7; margin-top: 0; overflow-wrap: anywhere; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; }
.counts a { border: 1px solid var(--line); border-left: .4rem solid var(--tone); border-radius: .3rem; padding: .3rem .8rem; text-decoration: none; color: inherit; }
.counts b { font-size: 1.3rem; }
section { --tone: gray; } .breaking { --tone: var(--breaking); } .risky { --tone: var(--risky); } .safe { --tone: var(--safe); } .info { --tone: var(--info); }
h2 { border-bottom: 2px solid var(--tone); padding-bottom: .2rem; }
details { border-left: .25rem solid var(--tone); margin: .4rem 0; padding: .2rem .8rem; overflow-wrap: anywhere; }
summary { cursor: pointer; } summary small { opacity: .7; display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; } dt { opacity: .7; } dd { margin: 0; min-width: 0; }
pre { margin: 0; white-space: pre-wrap; max-height: 20rem; overflow: auto; } code, pre { font: 13px/1.4 ui-monospace, monospace; }
`;

/** One page without anything from elsewhere: styles inside, no scripts; details open by click. */
export const renderHtml = (page: Page): string => {
  const compared = page.compared === undefined ? '' : `<p class="compared">${escapeHtml(plain(page.compared))}</p>`;
  const ignored = page.ignored === '' ? '' : `<p class="compared">${page.ignored}</p>`;
  const counts = page.counts
    .map(([severity, count]) => {
      // Nothing to go to where there is none.
      const target = count === 0 ? '' : ` href="#${severity}"`;
      return `<li class="${severity}"><a${target}><b>${count}</b> ${severity}</a></li>`;
    })
    .join('');
  const body =
    page.total === 0 ? '<p>No changes.</p>' : `<ul class="counts">${counts}</ul>${page.groups.map(section).join('')}`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(plain(page.title))}</title><style>${STYLE}</style></head>
<body><h1>${escapeHtml(plain(page.title))}</h1>${compared}${ignored}${body}</body>
</html>
`;
};

const section = ({ severity, heading, changes }: Page['groups'][number]): string =>
  `<section id="${severity}" class="${severity}"><h2>${escapeHtml(heading)} (${changes.length})</h2>${changes.map(item).join('\n')}</section>`;

const item = (change: Change): string => {
  const where = reach(change);
  const rows = [
    row('Rule', `<code>${escapeHtml(change.rule)}</code>`),
    row('Where', `<code>${escapeHtml(placeText(change))}</code>`),
    change.operations === undefined
      ? ''
      : row(
          'Operations',
          change.operations.map((operation) => `<code>${escapeHtml(operationText(operation))}</code>`).join('<br>'),
        ),
    valueRow('Before', change.before),
    valueRow('After', change.after),
    row('Id', `<code>${escapeHtml(change.id)}</code>`),
  ];
  return `<details><summary>${escapeHtml(plain(change.message))}${where === '' ? '' : `<small>${escapeHtml(where)}</small>`}</summary><dl>${rows.join('')}</dl></details>`;
};

const row = (name: string, html: string): string => `<dt>${name}</dt><dd>${html}</dd>`;

const valueRow = (name: string, value: Json | undefined): string => {
  if (value === undefined) return '';
  return row(name, `<pre>${escapeHtml(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}</pre>`);
};

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
