import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Query, ReadModel } from '../port.js';
import type { ReadModelHome } from './home.js';
import { goLive } from './folding.js';
import { TaskLog, tasks, type Task } from './tasks.js';

type Row = readonly [id: string, priority: number | null, title: string, rest?: Partial<Task>];

const rows: readonly Row[] = [
  ['a', 2, 'pear', { owner: 'ann', mixed: 5 }],
  ['b', 1, 'fig', { owner: 'bob', mixed: '5' }],
  ['c', null, 'apple', { done: true, mixed: true }],
  ['d', 2, 'apple', { owner: 'ann', done: true, mixed: false }],
  ['e', 10, 'Zebra', { mixed: null }],
  ['f', 1, 'fig', { mixed: -1.5, details: { a: 1 } }],
  ['g', 3, 'éclair', { tenant: 'other', mixed: '' }],
  ['h', 10, 'zebra', { details: [1, 2] }],
];

export function describeQueries(home: () => Promise<ReadModelHome>): void {
  describe('queries', () => {
    let place: ReadModelHome;
    let model: ReadModel;

    beforeEach(async () => {
      place = await home();
      model = place.open();
      const generation = await goLive(model);
      const log = new TaskLog();
      for (const [id, priority, title, rest] of rows) log.add('Created', id, { tenant: 'n', title, priority, ...rest });
      log.add('Created', 'gone', { tenant: 'n', title: 'fig', priority: 1 });
      log.add('Removed', 'gone');
      await generation.apply(...log.batch());
    });
    afterEach(() => place.remove());

    const ids = async (query: Query<Task>): Promise<string> =>
      (await model.view(tasks).query(query)).data.map(({ id }) => id).join('');

    it('scans all that match by id', async () => {
      const scanned = async (where?: Query<Task>['where']) =>
        (await Array.fromAsync(model.view(tasks).scan(where))).map(({ id }) => id).join('');
      expect(await scanned()).toBe('abcdefgh');
      expect(await scanned({ priority: { gte: 2 } })).toBe('adegh');
    });

    const matches: [what: string, where: Query<Task>['where'], ids: string][] = [
      ['everything without a condition', {}, 'abcdefgh'],
      ['equal strings', { owner: 'ann' }, 'ad'],
      ['equal numbers', { priority: 10 }, 'eh'],
      ['equal booleans', { done: true }, 'cd'],
      ['an id', { id: 'c' }, 'c'],
      ['null as a missing or a null field', { mixed: null }, 'eh'],
      ['a field that some lack as null', { owner: null }, 'cefgh'],
      ['all conditions at once', { tenant: 'n', priority: 2, done: false }, 'a'],
      ['nothing when a value is unknown', { owner: 'zoe' }, ''],
      ['any of a list', { priority: { in: [1, 3] } }, 'bfg'],
      ['any of a list of ids', { id: { in: ['a', 'h', 'zz'] } }, 'ah'],
      ['null in a list', { priority: { in: [3, null] } }, 'cg'],
      ['a list of mixed types by type and value', { mixed: { in: ['5', true, -1.5] } }, 'bcf'],
      ['nothing for an empty list', { priority: { in: [] } }, ''],
      ['more than', { priority: { gt: 2 } }, 'egh'],
      ['at least', { priority: { gte: 2 } }, 'adegh'],
      ['less than, never null', { priority: { lt: 2 } }, 'bf'],
      ['at most', { priority: { lte: 2 } }, 'abdf'],
      ['between', { priority: { gt: 1, lte: 3 } }, 'adg'],
      ['text ranges by code point', { title: { gte: 'fig', lt: 'zebra' } }, 'abf'],
      ['letters beyond ASCII after all of ASCII', { title: { gt: 'zebra' } }, 'g'],
      ['numbers only in a range of numbers', { mixed: { gte: -100 } }, 'af'],
      ['strings only in a range of strings', { mixed: { gte: '' } }, 'bg'],
      ['strings only below a string', { mixed: { lt: 'x' } }, 'bg'],
      ['numbers only below a number', { mixed: { lte: 5 } }, 'af'],
      ['a number apart from the same digits as a string', { mixed: 5 }, 'a'],
      ['a string apart from the same digits as a number', { mixed: '5' }, 'b'],
      ['true apart from 1', { mixed: 1 }, ''],
      ['objects and lists as null', { details: null }, 'abcdefgh'],
      ['a range of ids', { id: { gt: 'c', lte: 'f' } }, 'def'],
    ];
    it.each(matches)('match %s', async (_, where, expected) => {
      expect(await ids({ where })).toBe(expected);
      expect(await model.view(tasks).count(where)).toBe(expected.length);
      expect((await model.view(tasks).query({ where, perPage: 1 })).total).toBe(expected.length);
    });

    const orders: [sort: NonNullable<Query<Task>['sort']>, ids: string][] = [
      [[], 'abcdefgh'],
      [[['priority', 'asc']], 'cbfadgeh'],
      [[['priority', 'desc']], 'hegdafbc'],
      [
        [
          ['priority', 'asc'],
          ['title', 'asc'],
        ],
        'cbfdageh',
      ],
      [
        [
          ['priority', 'desc'],
          ['title', 'asc'],
        ],
        'ehgdabfc',
      ],
      [
        [
          ['priority', 'asc'],
          ['title', 'desc'],
        ],
        'cfbadghe',
      ],
      [
        [
          ['title', 'desc'],
          ['priority', 'asc'],
        ],
        'ghabfcde',
      ],
      [[['id', 'desc']], 'hgfedcba'],
      [[['mixed', 'asc']], 'ehfagbdc'],
    ];
    it.each(orders)('sort by %j, ties by id', async (sort, expected) => {
      expect(await ids({ sort })).toBe(expected);
      expect(await ids({ sort, page: 2, perPage: 3 })).toBe(expected.slice(3, 6));
    });

    it('page with the total of all pages and the position of the view', async () => {
      const query: Query<Task> = { where: { tenant: 'n' }, sort: [['priority', 'desc']], perPage: 3 };
      const pages = await Promise.all([1, 2, 3, 4].map((page) => model.view(tasks).query({ ...query, page })));
      expect(pages.map(({ data }) => data.map(({ id }) => id).join(''))).toEqual(['hed', 'afb', 'c', '']);
      expect(pages.map(({ total }) => total)).toEqual([7, 7, 7, 7]);
      expect(new Set(pages.map(({ asOf }) => asOf))).toEqual(new Set([await model.view(tasks).position()]));
    });

    /** The ids of all pages, each read after the last one of the page before. */
    async function walk(query: Query<Task>, between: () => Promise<void> = async () => {}): Promise<string> {
      let found = '';
      for (let after: string | undefined; ;) {
        const { data, next } = await model.view(tasks).query({ ...query, ...(after && { after }) });
        found += data.map(({ id }) => id).join('');
        if (next === undefined) return found;
        after = next;
        await between();
      }
    }

    it.each(orders)('continue after a cursor, sorted by %j, in pages of any size', async (sort, expected) => {
      for (const perPage of [1, 2, 3, 7, 8]) expect(await walk({ sort, perPage })).toBe(expected);
      const where: Query<Task>['where'] = { tenant: 'n', id: { in: ['a', 'b', 'd', 'f', 'g', 'h'] } };
      expect(await walk({ where, sort, perPage: 2 })).toBe(expected.replaceAll(/[ceg]/g, ''));
    });

    it('neither repeat nor skip documents after a cursor while others are added and removed', async () => {
      const generation = (await model.live(tasks))!;
      const log = new TaskLog();
      let position = 1000;
      const change = async () => {
        log.add('Created', `new-${position}`, { tenant: 'n', title: 'x', priority: 100 + position });
        if (position === 1000) log.add('Removed', 'e');
        const events = log.events.map((event) => ({ ...event, position: event.position + 1000 }));
        await generation.apply(events, (position += 10));
      };
      const sort: Query<Task>['sort'] = [['priority', 'desc']];
      expect(await walk({ where: { tenant: 'n' }, sort, perPage: 2 }, change)).toBe('hedafbc');
    });

    it('keep the conditions of the list after a cursor', async () => {
      const sort: Query<Task>['sort'] = [['priority', 'desc']];
      const { next } = await model.view(tasks).query({ sort, perPage: 1 });
      const { data, total } = await model.view(tasks).query({ where: { owner: 'ann' }, sort, after: next! });
      expect([data.map(({ id }) => id), total]).toEqual([['d', 'a'], 2]);
      const range = await model.view(tasks).query({ where: { priority: { gte: 2 } }, sort, after: next! });
      expect(range.data.map(({ id }) => id).join('')).toBe('egda');
    });

    it.each(['', 'x', '!', 'W10', 'WzEsMiwzXQ', 'eyJhIjoxfQ', 'W3siJGd0IjoiIn0sImEiXQ'])(
      'refuse the cursor %j',
      async (after) => {
        const query: Query<Task> = { sort: [['priority', 'desc']], after };
        await expect(model.view(tasks).query(query)).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
      },
    );

    it('default to the first fifty', async () => {
      const generation = (await model.live(tasks))!;
      const log = new TaskLog();
      for (let count = 0; count < 80; count += 1) {
        log.add('Created', `many-${String(count).padStart(3, '0')}`, { tenant: 'many', title: 'x', priority: count });
      }
      await generation.apply(
        log.events.map((event) => ({ ...event, position: event.position + 1000 })),
        2000,
      );
      const { data, total } = await model.view(tasks).query({ where: { tenant: 'many' } });
      expect([data.length, data[49]?.id, total]).toEqual([50, 'many-049', 80]);
    });

    const refusals: [what: string, query: object, message: RegExp][] = [
      ['a field without an index', { where: { changes: 1 } }, /tasks cannot be queried by "changes"/],
      ['a sort by a field without an index', { sort: [['changes', 'asc']] }, /"changes"/],
      ['SQL in a field name', { where: { 'id" or 1=1 --': 'x' } }, /cannot be queried by "id" or 1=1 --"/],
      ['SQL in a direction', { sort: [['id', 'asc; drop table x']] }, /sort by id: expected asc or desc/],
      [
        'a database operator',
        { where: { tenant: { $ne: 'n' } } },
        /where.tenant: expected in, gt, gte, lt or lte, got "\$ne"/,
      ],
      ['a condition that is undefined', { where: { tenant: undefined } }, /where.tenant/],
      ['a condition without an operator', { where: { tenant: {} } }, /where.tenant/],
      ['an object in a list', { where: { tenant: { in: [{ $gt: '' }] } } }, /where.tenant.in/],
      ['an object as a bound', { where: { tenant: { gt: { $gt: '' } } } }, /where.tenant.gt/],
      [
        'three sort keys',
        {
          sort: [
            ['id', 'asc'],
            ['title', 'asc'],
            ['owner', 'asc'],
          ],
        },
        /at most two/,
      ],
      [
        'a list of more than ten thousand',
        { where: { tenant: { in: Array(10_001).fill('x') } } },
        /where.tenant.in: at most/,
      ],
      ['a page after a cursor', { page: 1, after: 'WyJhIl0' }, /page cannot be given together with after/],
      ['page 0', { page: 0 }, /page must be a whole number from 1, got 0/],
      ['a thousand and one a page', { perPage: 1001 }, /perPage .* got 1001/],
    ];
    it.each(refusals)('refuse %s', async (_, query, message) => {
      await expect(model.view(tasks).query(query as Query<Task>)).rejects.toThrow(message);
    });

    it('treat values literally', async () => {
      expect(await ids({ where: { owner: "ann' or '1'='1" } })).toBe('');
      expect(await ids({ where: { owner: { in: ['$ann', 'a%', 'ann'] } } })).toBe('ad');
    });
  });
}
