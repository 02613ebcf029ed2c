import { describe, expect, it } from '@jest/globals';
import type { Query, View, ViewDefinition } from '@tidemark/read-model';
import { filteredQuery } from './filtered-query.js';

interface Thing {
  readonly id: string;
  readonly owner: string;
  readonly colour: string;
}

const definition: ViewDefinition<Thing> = { name: 'things', version: 1, indexes: [['owner']] };
const things = Array.from({ length: 2500 }, (_, index) => ({
  id: String(index),
  owner: index % 2 === 0 ? 'a' : 'b',
  colour: index % 5 === 0 ? 'red' : 'blue',
}));

/** A view that knows equality on indexed fields, and what it was asked. */
function view() {
  const asked: Query<Thing>[] = [];
  const query = async (given: Query<Thing>) => {
    asked.push(given);
    const { where = {}, page = 1, perPage = 50 } = given;
    const found = things.filter((thing) =>
      Object.entries(where).every(([key, value]) => thing[key as 'owner'] === value),
    );
    return { data: found.slice((page - 1) * perPage, page * perPage), total: found.length, asOf: 7 };
  };
  return { asked, view: { query } as unknown as View<Thing> };
}

describe('filteredQuery', () => {
  it('leaves indexed filters to the store', async () => {
    const { view: store, asked } = view();
    const result = await filteredQuery(store, definition, { page: 2, perPage: 10 }, { owner: 'b', colour: undefined });
    expect(result).toEqual({ data: things.filter(({ owner }) => owner === 'b').slice(10, 20), total: 1250, asOf: 7 });
    expect(asked).toMatchObject([{ where: { owner: 'b' }, page: 2, perPage: 10 }]);
  });

  it('applies the others itself, to all that the store finds', async () => {
    const { view: store } = view();
    const expected = things.filter(({ owner, colour }) => owner === 'a' && colour === 'red');
    const query = { where: { owner: 'a' }, page: 3, perPage: 100, sort: [['colour', 'asc'] as const] };
    const result = await filteredQuery(store, definition, query, { colour: ['red', 'green'] });
    expect(result).toEqual({ data: expected.slice(200, 300), total: expected.length, asOf: 7 });
  });
});
