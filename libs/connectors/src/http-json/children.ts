import { Terminal } from '@tidemark/resilience';
import type { RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import { UnusableParent, type ApiObject, type ApiPage } from './api-object.js';
import type { Place } from './cursor.js';
import type { Walk, Walked } from './walk.js';

/**
 * The pages of an object that is read once for every record of its parent. Every read visits all parents: a
 * changed child seldom shows in its parent. A position names the page of parents, and which of them is next.
 */
export async function* readChildren(child: ApiObject, parent: ApiObject, walk: Walk): AsyncGenerator<Walked> {
  const size = parent.pageSize();
  let { page: at, parents = { page: null, id: null } } = walk.from;
  for (;;) {
    const found = await parent.page({ at: parents.page, bounds: {}, size, signal: walk.signal });
    const living = found.records.filter(({ deleted }) => !deleted);
    let problems = parents.id === null ? found.problems : [];
    // The parent is gone: its page is read from the start, and some records are repeated.
    const first = living.findIndex(({ externalId }) => externalId === parents.id);
    if (first < 0) at = null;
    for (let n = Math.max(first, 0); n < living.length; n++) {
      do {
        const page = await childPage(child, living[n]!, { ...walk, from: { page: at } });
        at = page.next;
        const next = following(living, n, at, parents, found);
        yield { page: { ...page, problems: [...problems, ...page.problems] }, next };
        problems = [];
      } while (at !== null);
    }
    if (found.next === null) {
      // The last page of parents was empty: the read still needs a final page.
      if (living.length === 0) yield { page: { records: [], problems }, next: null };
      return;
    }
    parents = { page: found.next, id: null };
    at = null;
  }
}

/** The position after a page of the n-th parent. */
function following(
  living: readonly SourceRecord[],
  n: number,
  at: Place['page'],
  parents: NonNullable<Place['parents']>,
  { next }: ApiPage,
): Place | null {
  if (at !== null) return { page: at, parents: { page: parents.page, id: living[n]!.externalId } };
  const sibling = living[n + 1];
  if (sibling) return { page: null, parents: { page: parents.page, id: sibling.externalId } };
  return next === null ? null : { page: null, parents: { page: next, id: null } };
}

/** A page of one parent's children; a parent that is gone or cannot be requested is a problem, not a failure. */
async function childPage(child: ApiObject, parent: SourceRecord, { from, ...walk }: Walk): Promise<ApiPage> {
  try {
    return await child.page({ ...walk, at: from.page, parent });
  } catch (error) {
    const gone = error instanceof Terminal && error.code === 'SOURCE_NOT_FOUND';
    if (!gone && !(error instanceof UnusableParent)) throw error;
    const problem: RecordProblem = {
      objectType: child.config.name,
      code: gone ? 'PARENT_NOT_FOUND' : 'PARENT_INVALID',
      message: `of ${parent.objectType} ${parent.externalId}: ${error.message}`,
    };
    return { records: [], problems: [problem], next: null };
  }
}
