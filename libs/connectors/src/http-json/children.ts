import { Terminal } from '@tidemark/resilience';
import type { RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import type { ApiObject, ApiPage } from './api-object.js';
import type { ParentPlace, Place } from './cursor.js';
import type { Position } from './position.js';
import { UnusableParent } from './request-plan.js';
import type { Walk, Walked } from './walk.js';

/** Parents whose children are requested side by side, unless the config allows fewer requests at once. */
const SIDE_BY_SIDE = 8;

/** A parent whose children are to be read. */
interface Family {
  readonly parent: SourceRecord;
  /** Where in its children the read continues. */
  readonly at: Position | null;
  readonly place: ParentPlace;
  /** The position after the last of its children. */
  readonly next: Place | null;
  readonly problems: readonly RecordProblem[];
}

/** What remains when there are no more parents and none before has ended the read. */
interface End {
  readonly end: readonly RecordProblem[];
}

type Parents = (from: Place, signal: AbortSignal) => AsyncIterable<Walked>;

/**
 * The pages of an object that is read once for every record of its parent, in the order of the parents; the next parents'
 * first pages are requested meanwhile. Every read visits all parents: a changed child seldom shows in its parent.
 */
export async function* readChildren(child: ApiObject, parents: Parents, walk: Walk): AsyncGenerator<Walked> {
  const stop = new AbortController();
  const signal = AbortSignal.any([walk.signal, stop.signal]);
  const ask = (parent: SourceRecord, at: Position | null) => childPage(child, parent, { ...walk, from: { page: at }, signal }); // prettier-ignore
  const most = Math.min(child.context.config.limits?.inFlight ?? SIDE_BY_SIDE, SIDE_BY_SIDE);
  const families = familiesOf(parents, walk.from, signal)[Symbol.asyncIterator]();
  const waiting: { readonly family: Family; readonly first: Promise<ApiPage> }[] = [];
  let ended: { readonly error?: Error; readonly end?: readonly RecordProblem[] } | undefined;
  try {
    for (;;) {
      while (!ended && waiting.length < most) {
        const pulled = await families.next().catch((error: Error) => ({ error }));
        if ('error' in pulled) ended = pulled;
        else if (pulled.done) ended = {};
        else if ('end' in pulled.value) ended = pulled.value;
        else {
          const first = ask(pulled.value.parent, pulled.value.at);
          first.catch(() => {}); // Thrown in its turn.
          waiting.push({ family: pulled.value, first });
        }
      }
      const turn = waiting.shift();
      if (!turn) break;
      yield* pagesOfFamily(turn.family, turn.first, ask);
    }
    if (ended?.error !== undefined) throw ended.error;
    // The last page of parents was empty: the read still needs a final page.
    if (ended?.end) yield { page: { records: [], problems: ended.end }, next: null };
  } finally {
    stop.abort(new Error('the read has ended'));
  }
}

async function* pagesOfFamily(
  { parent, place, next, problems }: Family,
  first: Promise<ApiPage>,
  ask: (parent: SourceRecord, at: Position | null) => Promise<ApiPage>,
): AsyncGenerator<Walked> {
  let page = await first;
  let before = problems;
  for (;;) {
    const { estimate: _ofOneParent, ...shown } = page;
    const after: Place | null = page.next === null ? next : { page: page.next, parents: place };
    yield { page: { ...shown, problems: [...before, ...page.problems] }, next: after };
    if (page.next === null) return;
    before = [];
    page = await ask(parent, page.next);
  }
}

/** The parents from a position on; at the end what is left to report, if the last of them did not end the read. */
async function* familiesOf(parents: Parents, from: Place, signal: AbortSignal): AsyncGenerator<Family | End> {
  const { id: wanted, ...place } = from.parents ?? { page: null, id: null };
  let here: Place = place;
  let resume = wanted;
  for await (const { page, next } of parents(here, signal)) {
    const living = page.records.filter(({ deleted }) => !deleted);
    let problems = resume === null ? page.problems : [];
    // Without a match the parent is gone: its page is read from the start, and some records are repeated.
    const first = living.findIndex(({ externalId }) => externalId === resume);
    for (let n = Math.max(first, 0); n < living.length; n++) {
      const sibling = living[n + 1];
      const behind = sibling ? { ...here, id: sibling.externalId } : next && { ...next, id: null };
      yield {
        parent: living[n]!,
        at: n === first ? from.page : null,
        place: { ...here, id: living[n]!.externalId },
        next: behind && { page: null, parents: behind },
        problems,
      };
      problems = [];
    }
    if (next === null && living.length === 0) yield { end: problems };
    if (next !== null) here = next;
    resume = null;
  }
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
