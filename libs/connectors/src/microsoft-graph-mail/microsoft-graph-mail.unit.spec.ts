import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk';
import { filterOf, placeOf, within } from './cursor.js';
import { tokenOf } from './graph-api.js';
import { manifest } from './microsoft-graph-mail.manifest.js';
import { behind, newRound, restarted } from './rounds.js';

const problems = (config: object) => configProblems(manifest, config).map(({ field }) => field);
const link = (query: string) => `https://graph.microsoft.com/v1.0/me/mailfolders('a')/messages/delta?${query}`;
const nextLink = (token: string) => ({ '@odata.nextLink': link(`$skiptoken=${token}`) });
const deltaLink = (token: string) => ({ '@odata.deltaLink': link(`$deltatoken=${token}`) });
const items = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `m${at}` }));

describe('the config of microsoft-graph-mail', () => {
  it('may be empty', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ mailbox: 'ada@example.com', folders: ['inbox', 'AAMkAD-_k=='], body: 'text' })).toEqual([]);
  });

  it('names every invalid field', () => {
    const config = { mailbox: '../users', folders: ['in/box'], body: 'rtf', attachments: 1, baseUrl: 'x', token: 't' };
    expect(problems(config).sort()).toEqual(['attachments', 'baseUrl', 'body', 'folders.0', 'mailbox', 'token']);
  });
});

describe('a cursor of microsoft-graph-mail', () => {
  it.each([{}, { folders: [{}] }, { folders: [], at: 0 }, { folders: [{ id: 'a', next: 7 }] }, { page: 1 }])(
    'is refused when it is %j',
    (cursor) => {
      expect(() => placeOf(cursor)).toThrow(expect.objectContaining({ code: 'SOURCE_CURSOR_EXPIRED' }));
    },
  );
});

describe('a token', () => {
  it('is extracted from a link, whatever the case of its name', () => {
    expect(tokenOf(link('$skiptoken=a%2Bb'), '$skiptoken')).toBe('a+b');
    expect(tokenOf(link('%24deltaToken=c'), '$deltatoken')).toBe('c');
  });

  it.each(['', 'nonsense', link('$skiptoken='), link('$deltatoken=a')])('is missed in %j', (text) => {
    expect(() => tokenOf(text, '$skiptoken')).toThrow(expect.objectContaining({ code: 'SOURCE_INVALID_RESPONSE' }));
  });
});

describe('a time range', () => {
  const window = { from: '2026-01-01T00:00:00.500Z', to: '2026-02-01T00:00:00Z' };

  it('is filtered from the later of its starts, in whole seconds', () => {
    expect(filterOf({})).toBeUndefined();
    expect(filterOf({ window })).toBe('receivedDateTime ge 2026-01-01T00:00:00Z');
    expect(filterOf({ window, since: '2026-01-02T00:00:00Z' })).toBe('receivedDateTime ge 2026-01-02T00:00:00Z');
  });

  it('includes its start but not its end', () => {
    const times = ['2026-01-01T00:00:00Z', window.from, '2026-01-31T23:59:59Z', window.to];
    expect(times.map((time) => within({ window }, time))).toEqual([false, true, true, false]);
  });
});

describe('the position of a read', () => {
  const folders = [{ id: 'a' }, { id: 'b', delta: 'b1' }];

  it('advances to the next page, the next folder, and the end of the round', () => {
    const second = behind({ folders, at: 0, total: 9 }, { value: items(3), ...nextLink('a1') }, false);
    expect(second).toEqual({ folders: [{ id: 'a', next: 'a1' }, folders[1]], at: 0, total: 9 });
    const third = behind(second, { value: [], ...deltaLink('a2') }, false);
    expect(third).toEqual({ folders: [{ id: 'a', delta: 'a2' }, folders[1]], at: 1, total: 9 });
    const paging = behind(third, { value: [], ...nextLink('b2') }, false);
    expect(paging.folders[1]).toEqual({ id: 'b', delta: 'b1', next: 'b2' });
    const ended = { folders: [{ id: 'a', delta: 'a2' }, { id: 'b', delta: 'b3' }] }; // prettier-ignore
    expect(behind(paging, { value: [], ...deltaLink('b3') }, false)).toEqual(ended);
  });

  it('does not loop', () => {
    const place = { folders: [{ id: 'a', next: 'a1' }], at: 0 };
    const circle = () => behind(place, { value: [], ...nextLink('a1') }, false);
    expect(circle).toThrow(expect.objectContaining({ code: 'SOURCE_INVALID_RESPONSE', retryable: true }));
  });

  it('restarts a folder without the filter when the filter may have withheld messages', () => {
    const place = { folders: [{ id: 'a', next: 'a1', told: 4990 }], at: 0 };
    expect(behind(place, { value: items(9), ...deltaLink('a2') }, true)).toEqual({
      folders: [{ id: 'a', delta: 'a2' }],
    });
    const anew = { folders: [{ id: 'a', unfiltered: true }], at: 0 };
    expect(behind(place, { value: items(10), ...deltaLink('a2') }, true)).toEqual(anew);
  });

  it('returns to the last round when a page is forgotten, and to the beginning when that is forgotten too', () => {
    const paging = { folders: [{ id: 'a', delta: 'a1', next: 'a2', told: 7 }], at: 0 };
    const again = restarted(paging);
    expect(again).toEqual({ place: { folders: [{ id: 'a', delta: 'a1' }], at: 0 }, problems: [] });
    const anew = { place: { folders: [{ id: 'a' }], at: 0 }, problems: [expect.objectContaining({ code: 'FOLDER_READ_AGAIN' })] }; // prettier-ignore
    expect(restarted(again.place)).toEqual(anew);
  });

  it('keeps known folders in a new round, adds new ones with messages, and drops deleted ones', () => {
    const found = ['b', 'c', 'd'].map((id, at) => ({ id, name: id, messages: at === 1 ? 0 : 5 }));
    const { place, problems } = newRound({ folders: [{ id: 'a', delta: 'a1' }, { id: 'b', delta: 'b1' }] }, found); // prettier-ignore
    expect(place).toEqual({ folders: [{ id: 'b', delta: 'b1' }, { id: 'd' }], at: 0 });
    expect(problems).toEqual([
      expect.objectContaining({ code: 'FOLDER_GONE', message: expect.stringContaining(' a ') }),
    ]);
  });
});
