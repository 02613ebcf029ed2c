import type { ViewDocument } from './port.js';
import type { Where } from './query.js';

const PAGE = 1000;

/** Iterates over all matches by id, a page at a time, so that no page costs more than the first. */
export async function* scanById<D extends ViewDocument>(
  where: Where,
  page: (where: Where, limit: number) => Promise<readonly D[]>,
): AsyncGenerator<D> {
  for (let last = ''; ;) {
    const documents = await page([...where, ['id', { kind: 'range', bounds: [['gt', last]] }]], PAGE);
    yield* documents;
    if (documents.length < PAGE) return;
    last = documents.at(-1)!.id;
  }
}
