import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk';
import { idOf, notionConfig, manifest } from './notion.manifest.js';
import { Recent } from './recent.js';

const ID = '5e7ab1e0-0000-4000-8000-000000000001';

describe('the config of notion', () => {
  it('requires nothing, and reads everything shared', () => {
    expect(notionConfig.parse({})).toEqual({ apiUrl: 'https://api.notion.com', maxDepth: 30 });
  });

  it('accepts ids with and without hyphens, in any case', () => {
    const short = ID.replaceAll('-', '').toUpperCase();
    expect(configProblems(manifest, { databases: [short] })).toEqual([]);
    expect(idOf(short)).toBe(ID);
    expect(idOf(ID)).toBe(ID);
  });

  const refused: readonly (readonly [config: object, field: string, message: RegExp])[] = [
    [{ databases: [] }, 'databases', /at least one/],
    [{ databases: ['Projects'] }, 'databases.0', /32 hexadecimal digits/],
    [{ databases: [`https://www.notion.so/${ID}`] }, 'databases.0', /32 hexadecimal digits/],
    [{ databases: [ID, ID.replaceAll('-', '')] }, 'databases', /once/],
    [{ maxDepth: 0 }, 'maxDepth', /from 1 to 30/],
    [{ apiUrl: 'https://me:secret@api.notion.com' }, 'apiUrl', /must not contain/],
    [{ token: 'x' }, 'token', /is not known/],
  ];
  for (const [config, field, message] of refused)
    it(`refuses ${JSON.stringify(config)}`, () => {
      expect(configProblems(manifest, config)).toEqual([{ field, message: expect.stringMatching(message) }]);
    });
});

describe('an object read within the look-back', () => {
  const MINUTE = 60_000;
  const now = Date.parse('2026-03-11T12:00:00Z');
  const edited = (minutesAgo: number, id = ID) => ({
    id,
    last_edited_time: new Date(now - minutesAgo * MINUTE).toISOString(),
  });
  const newest = new Date(now).toISOString();

  it('is recognised as long as it is unchanged', () => {
    const recent = new Recent();
    recent.add([edited(3)], now);
    const kept = new Recent(recent.names(newest));
    expect(kept.has(edited(3))).toBe(true);
    expect(kept.has(edited(2))).toBe(false);
    expect(kept.has({ id: ID })).toBe(false);
  });

  it('is not remembered while its minute may still bring another edit', () => {
    const recent = new Recent();
    recent.add([edited(1)], now);
    expect(recent.has(edited(1))).toBe(false);
  });

  it('is forgotten outside the look-back, and beyond forty', () => {
    const recent = new Recent();
    recent.add([edited(6)], now);
    expect(recent.names(newest)).toEqual([]);
    const many = Array.from({ length: 60 }, (_none, at) => edited(2 + (at % 4), `${at}`));
    recent.add(many, now);
    const names = recent.names(newest);
    expect(names).toHaveLength(40);
    // The oldest go first.
    expect(many.slice(0, 2).every((item) => new Recent(names).has(item))).toBe(true);
    expect(new Recent(names).has(many[3]!)).toBe(false);
  });
});
