// Dead links and paths in the Markdown files: relative links and their anchors, `folder/file` paths in backticks, and
// `npm run` commands that package.json does not have.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './lib/workspace.mjs';

const skipped = new Set(['node_modules', 'dist', 'coverage', 'data', '.git', '.nx']);
const tops = readdirSync(root, { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && !skipped.has(entry.name),
);
const pathInCode = new RegExp(
  `^(?:\\./)?(?:${tops.map(({ name }) => name.replace('.', '\\.')).join('|')})/[\\w./@-]+$`,
);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const problems = markdownFiles(root).flatMap((file) =>
  problemsOf(file).map(({ line, text }) => `${relative(root, file)}:${line}: ${text}`),
);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);

function problemsOf(file) {
  const found = [];
  let fenced = false;
  for (const [index, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    const report = (problem) => found.push({ line: index + 1, text: problem });
    for (const [, script] of text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)) {
      if (!(script in scripts)) report(`package.json has no script ${script}`);
    }
    if (/^\s*(```|~~~)/.test(text)) fenced = !fenced;
    else if (!fenced) checkLine(file, text, report);
  }
  return found;
}

function checkLine(file, text, report) {
  for (const [, code] of text.matchAll(/`([^`]+)`/g)) {
    if (pathInCode.test(code) && !code.includes('/dist/') && !existsSync(join(root, code)))
      report(`no such path: ${code}`);
  }
  for (const [, target] of text.replace(/`[^`]*`/g, '').matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)) {
    if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
    const [path, anchor] = decodeURI(target).split('#');
    const full = path === '' ? file : path.startsWith('/') ? join(root, path) : join(dirname(file), path);
    if (!existsSync(full)) report(`dead link: ${target}`);
    else if (anchor && full.endsWith('.md') && !anchorsOf(full).has(anchor)) report(`no such heading: ${target}`);
  }
}

// As GitHub makes them: lower case, punctuation dropped, spaces to hyphens.
function anchorsOf(file) {
  const headings = readFileSync(file, 'utf8').matchAll(/^#{1,6}\s(.+)/gm);
  const slugs = [...headings].map(([, heading]) =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
  return new Set(slugs);
}

function markdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}
