import { PageSize } from '@tidemark/resilience';
import { z } from 'zod';
import type { PartStep, RecordProblem } from '@tidemark/connector-sdk';
import { branch, readBranch } from './branch.js';
import type { Feed, Reading } from './feed.js';
import { listing, listingState, type Target } from './listing.js';

/** Pages listed at once: the cursor holds those still to be read. */
const MAX_PENDING = 20;

const blocksState = z.strictObject({
  /** Progress of the listing of pages. */
  pages: listingState.optional(),
  listed: z.literal(true).optional(),
  /** Blocks last edited before this are skipped. */
  floor: z.iso.datetime().optional(),
  /** Listed pages still to be read. */
  pending: z.array(z.string()).optional(),
  /** What remains of the current page; the last one is next. */
  root: z.string().optional(),
  open: z.array(branch).optional(),
});
type BlocksState = z.infer<typeof blocksState>;

/**
 * Blocks page by page, and each page's blocks depth first; the children of one block a page at a time. Edited pages are
 * read whole, since a block does not show edits of its descendants, and older blocks are skipped.
 */
export function blocks(maxDepth: number): Feed<BlocksState> {
  return {
    state: blocksState,
    search: 'page',
    async *read(reading, target, begun) {
      const few = new PageSize({ min: 1, max: MAX_PENDING });
      let state = begun;
      for (;;) {
        let problems: readonly RecordProblem[] = [];
        if (state.root === undefined && !state.pending?.length) {
          ({ state, problems } = await listPages(reading, target, state, few));
          if (isEnded(state)) return yield { records: [], problems, state: ended(state), done: true };
          if (problems.length > 0) yield { records: [], problems, state, done: false };
          continue;
        }
        const step = await readChildren(reading, state, maxDepth);
        state = step.state;
        if (isEnded(state)) return yield { ...step, state: ended(state), done: true };
        yield { ...step, done: false };
      }
    },
  };
}

const isEnded = ({ listed, root, pending }: BlocksState) => listed === true && root === undefined && !pending?.length;
const ended = ({ pages }: BlocksState): BlocksState => ({ ...(pages && { pages }) });

/** The next few edited pages. */
async function listPages(reading: Reading, target: Target, { pages = {}, floor }: BlocksState, few: PageSize) {
  const { notion, signal, scope } = reading;
  // Blocks created in a window may be in pages created outside it.
  const since = scope.window?.from ?? scope.since;
  const { value: step } = await listing(
    notion,
    target,
    pages,
    since === undefined ? {} : { since },
    few,
    signal,
  ).next();
  if (!step) throw new Error('a listing ended without a last step');
  const pending = step.items.flatMap(({ id, object }) => (object === 'page' && typeof id === 'string' ? [id] : []));
  const lowest = floor ?? step.floor;
  const state: BlocksState = {
    ...{ pages: step.state, pending },
    ...(step.done && { listed: true as const }),
    ...(lowest !== undefined && { floor: lowest }),
  };
  return { state, problems: step.problems };
}

async function readChildren(reading: Reading, { root, open, ...state }: BlocksState, maxDepth: number) {
  const [first, ...pending] = root === undefined ? state.pending! : [root, ...(state.pending ?? [])];
  const branches = open ?? [{ id: first!, depth: 0 }];
  const read = await readBranch(reading, { root: first!, branch: branches.at(-1)!, maxDepth, floor: state.floor });
  const left = [...branches.slice(0, -1), ...read.open];
  const next: BlocksState = { ...state, pending, ...(left.length > 0 && { root: first!, open: left }) };
  return { records: read.records, problems: read.problems, state: next } satisfies Omit<PartStep<BlocksState>, 'done'>;
}
