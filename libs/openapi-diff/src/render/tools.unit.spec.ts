import { describe, expect, it } from '@jest/globals';
import { compare, parse, render, type Change } from '../index.js';
import { edited, sampleApi } from '../testing/api.js';

const after = edited((document) => {
  document.components.schemas.Pet.properties.kind.enum = ['cat', 'dog', '=HYPERLINK("x"),<b>\u0001'];
  delete document.paths['/pets/{id}'].delete;
  document.paths['/pets'].get.summary = 'All pets';
});
const documents = [sampleApi(), after].map((document) => parse(JSON.stringify(document, null, 1)));
const { changes } = compare(documents[0]!, documents[1]!, { lines: true });
const names = { before: 'old.json', after: 'new.json' };
const removed = changes.find(({ pointer }) => pointer.after === undefined) as Change;
const breaking = changes.filter(({ severity }) => severity === 'breaking').length;
const failures = changes.filter(({ severity }) => severity === 'breaking' || severity === 'risky').length;

describe('reports for other tools', () => {
  it('SARIF: a result for each change, in the document where it is', () => {
    const { version, runs } = JSON.parse(render(changes, 'sarif', names));
    const { tool, results } = runs[0];
    expect([version, results.length]).toEqual(['2.1.0', changes.length]);
    expect(results.filter(({ level }: { level: string }) => level === 'error')).toHaveLength(breaking);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const gone = results.find(({ ruleId }: { ruleId: string }) => ruleId === removed.rule);
    expect(gone.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'old.json' },
      region: { startLine: removed.line!.before },
    });
  });

  it('JUnit: what is breaking or risky failed, and names cannot leave their attribute', () => {
    const text = render(changes, 'junit', names);
    expect(text).toContain(`<testsuites tests="${changes.length}" failures="${failures}">`);
    expect(text.match(/<failure /g)).toHaveLength(failures);
    expect(text).not.toMatch(/<b>|\u0001/);
    expect(render([], 'junit', names)).toContain('<testcase classname="changes" name="no changes"/>');
  });

  it('GitHub: one command on one line for each change', () => {
    const lines = render(changes, 'github', names).trimEnd().split('\n');
    expect(lines).toHaveLength(changes.length);
    for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) file=[^,]+,line=\d+,title=[\w-]+::\S/);
    const hostile = render([{ ...removed, message: 'a%0Ab\n::stop-commands::x' }], 'github', { before: 'a:b,c' });
    expect(hostile).toMatch(/^::\w+ file=a%3Ab%2Cc,line=\d+,title=[^:]+::a%250Ab ::stop.*\n$/);
  });

  it('GitLab: an issue with its fingerprint for each change', () => {
    const issues = JSON.parse(render(changes, 'gitlab', names)) as { fingerprint: string; severity: string }[];
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(changes.length);
    expect(issues.filter(({ severity }) => severity === 'critical')).toHaveLength(breaking);
  });

  it('CSV: a row for each change, without formulas', () => {
    const text = render([{ ...removed, message: '=1+1, "x"' }], 'csv', names);
    const [header, row] = text.split('\r\n');
    expect(header).toBe('severity,rule,operations,message,line before,line after,id');
    expect(row).toContain(`,"'=1+1, ""x""",`);
    expect(render(changes, 'csv', names).split('\r\n')).toHaveLength(changes.length + 2);
  });
});
