import type { Change, Severity } from '../change.js';
import { summarize } from '../summarize.js';
import { renderCsv } from './csv.js';
import { renderGithub } from './github.js';
import { renderGitlab } from './gitlab.js';
import { renderHtml } from './html.js';
import { renderJunit } from './junit.js';
import { renderMarkdown } from './markdown.js';
import type { Page, Paint } from './page.js';
import { renderSarif } from './sarif.js';
import { renderText } from './text.js';

export type RenderFormat = 'text' | 'markdown' | 'json' | 'html' | 'sarif' | 'junit' | 'github' | 'gitlab' | 'csv';

export interface RenderOptions {
  /** Heading, such as the name of the API. Default `API changes`. */
  readonly title?: string;
  /** What was compared with what, such as two file names. */
  readonly before?: string;
  readonly after?: string;
  /** How many changes an ignore list left out; said when there are any. */
  readonly ignored?: number;
  /** Colours what is said under a severity; `text` only. Default: no colours. */
  readonly paint?: Paint;
}

const HEADINGS: Record<Severity, string> = {
  breaking: 'Breaking: callers must act',
  risky: 'Risky: look before you update',
  safe: 'Safe: nothing to do',
  info: 'Informational',
};

/** Writes changes for people (text, Markdown, one self-contained HTML page), programs (JSON) or the tools that read a format. */
export const render = (changes: readonly Change[], format: RenderFormat, options: RenderOptions = {}): string => {
  if (format === 'json') {
    const { ignored } = options;
    const report = { version: 1, summary: summarize(changes), ...(ignored !== undefined && { ignored }), changes };
    return `${JSON.stringify(report, null, 2)}\n`;
  }
  switch (format) {
    case 'text':
      return renderText(pageOf(changes, options), options.paint);
    case 'markdown':
      return renderMarkdown(pageOf(changes, options));
    case 'html':
      return renderHtml(pageOf(changes, options));
    case 'sarif':
      return renderSarif(changes, options);
    case 'junit':
      return renderJunit(changes, options);
    case 'github':
      return renderGithub(changes, options);
    case 'gitlab':
      return renderGitlab(changes, options);
    case 'csv':
      return renderCsv(changes);
  }
};

const pageOf = (
  changes: readonly Change[],
  { title = 'API changes', before, after, ignored = 0 }: RenderOptions,
): Page => {
  const severities = ['breaking', 'risky', 'safe', 'info'] as const;
  const counts = summarize(changes).severities;
  return {
    title,
    compared: before === undefined || after === undefined ? undefined : `${before} → ${after}`,
    counts: severities.map((severity) => [severity, counts[severity]]),
    groups: severities
      .map((severity) => ({
        severity,
        heading: HEADINGS[severity],
        changes: changes.filter((change) => change.severity === severity),
      }))
      .filter((group) => group.changes.length > 0),
    total: changes.length,
    ignored: ignored === 0 ? '' : `${ignored} ${ignored === 1 ? 'change is' : 'changes are'} ignored`,
  };
};
