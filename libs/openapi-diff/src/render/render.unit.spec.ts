import { describe, expect, it } from '@jest/globals';
import { render, type Change } from '../index.js';
import { changesBetween, edited, sampleApi } from '../testing/api.js';

const after = edited((document) => {
  document.components.schemas.Pet.properties.kind.enum = ['cat', 'dog', '<script>alert(1)</script>'];
  document.paths['/pets'].get.summary = 'All `pets` & more';
});
const changes = changesBetween(sampleApi(), after, { lines: true });
const options = { title: 'Pets <API>', before: 'old.json', after: 'new.json' };

describe('render', () => {
  it('writes text with a line for each change', () => {
    const text = render(changes, 'text', options);
    expect(text).toContain('Pets <API>\nold.json → new.json\n1 breaking, 1 risky, 2 safe, 1 info\n');
    expect(text).toContain(
      'In requests, property "kind" of schema Pet no longer allows the value "fish". [request-property-enum-value-removed]',
    );
    expect(text).toMatch(/POST \/pets {2}\/components\/schemas\/Pet\/properties\/kind\/enum \(line \d+\)/);
    expect(text).toContain('GET /pets, POST /pets, GET /pets/{id}');
  });

  it('writes Markdown in which nothing of the document is markup', () => {
    const text = render(changes, 'markdown', options);
    expect(text).toContain('# Pets \\<API\\>');
    expect(text).toContain('## Breaking: callers must act (1)');
    expect(text).not.toMatch(/[^\\]<script/);
  });

  it('keeps every change on its own lines, whatever its names', () => {
    const path = '/n\r\n\n# big\n<img src=x onerror=alert(1)>`\u202e';
    const pointer = { after: `/paths/${path}` };
    const hostile: Change = {
      ...changes[0]!,
      message: `${path} &lt;b&gt; ~~x~~`,
      operation: { method: 'get', path },
      pointer,
    };
    const { operations: _, ...one } = hostile;
    const markdown = render([one], 'markdown').split('\n');
    expect(markdown.slice(6).map((line) => line.slice(0, 3))).toEqual(['- /', '  `', '']);
    expect(markdown[6]).toContain('\\&lt;b\\&gt; \\~\\~x\\~\\~ — `` GET /n # big <img src=x onerror=alert(1)>`  ``  ');
    for (const format of ['text', 'markdown', 'html'] as const) expect(render([one], format)).not.toMatch(/\r|\u202e/);
  });

  it('says of what the whole document is about its line alone, or nothing', () => {
    const whole: Change = { ...changes[0]!, pointer: { after: '' }, line: { after: 7 } };
    const { line: _, ...unplaced } = whole;
    expect(render([whole], 'markdown')).toContain(`\`${whole.rule}\` at \`line 7\`\n`);
    expect(render([unplaced], 'markdown')).toContain(`  \`${whole.rule}\`\n`);
  });

  it('writes one page of HTML that needs nothing else and runs nothing', () => {
    const html = render(changes, 'html', options);
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('<title>Pets &lt;API&gt;</title>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|src=|href="(?!#)|@import|url\(/);
    const opened = [...html.matchAll(/<(details|section|dl|dd|dt|pre|summary|ul|li|small)\b/g)].length;
    expect([...html.matchAll(/<\/(details|section|dl|dd|dt|pre|summary|ul|li|small)>/g)]).toHaveLength(opened);
  });

  it('leads from the counts in HTML to what there is', () => {
    const html = render(changes.slice(0, 1), 'html');
    const targets = [...html.matchAll(/href="#(\w+)"/g)].map(([, target]) => target);
    expect(targets).toEqual([...html.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id));
  });

  it('writes JSON with the summary and the changes as they are', () => {
    expect(JSON.parse(render(changes, 'json'))).toEqual({
      version: 1,
      summary: expect.objectContaining({
        total: changes.length,
        severities: { breaking: 1, risky: 1, safe: 2, info: 1 },
      }),
      changes: JSON.parse(JSON.stringify(changes)),
    });
  });

  it.each(['text', 'markdown', 'html', 'json'] as const)('says in %s how many changes are ignored', (format) => {
    expect(render([], format, { ignored: 2 })).toMatch(/2 changes are ignored|"ignored": 2/);
    expect(render([], format)).not.toContain('ignored');
  });

  it.each(['text', 'markdown', 'html'] as const)('says in %s that there are no changes', (format) => {
    expect(render([], format)).toContain('No changes.');
  });

  it('names the first operations and counts the rest', () => {
    const operations = Array.from({ length: 5 }, (_, index) => ({ method: 'get', path: `/p${index}` }));
    const many: Change = { ...(changes[0] as Change), operations };
    expect(render([many], 'text')).toContain('GET /p0, GET /p1, GET /p2 and 2 more');
  });
});
