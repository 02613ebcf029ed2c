import type { BlobStore } from '@tidemark/blob-store';
import type { CommandContext, differVerbs, Handlers } from '@tidemark/contracts';
import type { Comparisons } from '../commands/comparisons.js';
import type { IgnoreLists } from '../commands/ignore-lists.js';
import { listOperations } from '../commands/list-operations.js';
import type { RecordedChanges } from '../commands/recorded-changes.js';
import { renderComparison } from '../comparison/compare-snapshots.js';
import { largeReply } from './large-reply.js';

interface Parts {
  readonly blobs: BlobStore;
  readonly ignoreLists: IgnoreLists;
  readonly recorded: RecordedChanges;
  readonly comparisons: Comparisons;
}

/** What callers ask of the differ. */
export const verbsOf = ({
  blobs,
  ignoreLists,
  recorded,
  comparisons,
}: Parts): Handlers<typeof differVerbs, CommandContext> => ({
  'list-operations': async (input) => largeReply(blobs, await listOperations(blobs, input)),
  'list-changes': async (input) => largeReply(blobs, await recorded.list(input, new Date())),
  'get-change': async (input) => largeReply(blobs, await recorded.get(input, new Date())),
  'find-changes': async (input) => largeReply(blobs, await comparisons.find(input)),
  'compare-snapshots': async (input) => ({ changesBlob: await comparisons.changesBlob(input) }),
  'render-comparison': async (input) => ({
    reportBlob: (await blobs.put(await renderComparison(blobs, input, Date.now()))).id,
  }),
  'add-ignore-rule': (input, context) => ignoreLists.add(context, input),
  'remove-ignore-rule': async (input, context) => {
    await ignoreLists.remove(context, input);
    return {};
  },
});
