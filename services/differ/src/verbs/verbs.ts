import type { BlobStore } from '@tidemark/blob-store';
import type { CommandContext, differVerbs, Handlers } from '@tidemark/contracts';
import { renderComparison } from '../comparison/compare-snapshots.js';
import type { Comparisons } from './comparisons.js';
import type { IgnoreLists } from './ignore-lists.js';
import { listOperations } from './list-operations.js';
import type { RecordedChanges } from './recorded-changes.js';
import { largeReply } from './large-reply.js';

interface Parts {
  readonly blobs: BlobStore;
  readonly ignoreLists: IgnoreLists;
  readonly recorded: RecordedChanges;
  readonly comparisons: Comparisons;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The requests that the differ serves. */
export const verbsOf = ({
  blobs,
  ignoreLists,
  recorded,
  comparisons,
  now,
}: Parts): Handlers<typeof differVerbs, CommandContext> => ({
  'list-operations': async (input) => largeReply(blobs, await listOperations(blobs, input)),
  'list-changes': async (input) => largeReply(blobs, await recorded.list(input, new Date(now()))),
  'get-change': async (input) => largeReply(blobs, await recorded.get(input, new Date(now()))),
  'find-changes': async (input) => largeReply(blobs, await comparisons.find(input)),
  'compare-snapshots': async (input) => ({ changesBlob: await comparisons.changesBlob(input) }),
  'render-comparison': async (input) => ({
    reportBlob: (await blobs.put(await renderComparison(blobs, input, now()))).id,
  }),
  'add-ignore-rule': (input, context) => ignoreLists.add(context, input),
  'remove-ignore-rule': async (input, context) => {
    await ignoreLists.remove(context, input);
    return {};
  },
});
