import type { Change, Severity } from '../change.js';
import { summarize } from '../summarize.js';
import { renderHtml } from './html.js';
import { renderMarkdown } from './markdown.js';
import type { Page, Paint } from './page.js';
import { renderText } from './text.js';

export type RenderFormat = 'text' | 'markdown' | 'json' | 'html';

export interface RenderOptions {
  /** Heading, such as the name of the API. Default `API changes`. */
  readonly title?: string;
  /** What was compared with what, such as two file names. */
  readonly before?: string;
  readonly after?: string;
  /** Colours what is said under a severity; `text` only. Default: no colours. */
  readonly paint?: Paint;
}

const HEADINGS: Record<Severity, string> = {
  breaking: 'Breaking: callers must act',
  risky: 'Risky: look before you update',
  safe: 'Safe: nothing to do',
  info: 'Informational',
};

/** Writes changes for people (text, Markdown, one self-contained HTML page) or programs (JSON). */
export const render = (changes: readonly Change[], format: RenderFormat, options: RenderOptions = {}): string => {
  if (format === 'json') return `${JSON.stringify({ summary: summarize(changes), changes }, null, 2)}\n`;
  const page = pageOf(changes, options);
  switch (format) {
    case 'text':
      return renderText(page, options.paint);
    case 'markdown':
      return renderMarkdown(page);
    case 'html':
      return renderHtml(page);
  }
};

const pageOf = (changes: readonly Change[], { title = 'API changes', before, after }: RenderOptions): Page => {
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
  };
};
