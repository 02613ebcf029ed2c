import type { BlobStore } from '@tidemark/blob-store';
import type { CommandContext, differVerbs, Handlers } from '@tidemark/contracts';
import { renderComparison } from '../comparison/compare-snapshots.js';
import type { Comparisons } from './comparisons.js';
import { forCaller } from './for-caller.js';
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
  'list-operations': (input) => forCaller(input.tenant, (thread) => listOperations(blobs, input, thread)),
  'list-changes': (input) =>
    forCaller(input.tenant, async (thread) => largeReply(blobs, await recorded.list(input, new Date(now()), thread))),
  'get-change': (input) =>
    forCaller(input.tenant, async (thread) => largeReply(blobs, await recorded.get(input, new Date(now()), thread))),
  'find-changes': (input) =>
    forCaller(input.tenant, async (thread) => largeReply(blobs, await comparisons.find(input, thread))),
  'compare-snapshots': ({ tenant = '', ...documents }) =>
    forCaller(tenant, async (thread) => ({ changesBlob: await comparisons.changesBlob(documents, thread) })),
  'render-comparison': (input) =>
    forCaller(input.tenant ?? '', async (thread) => ({
      reportBlob: (await blobs.put(await renderComparison(blobs, input, now(), thread))).id,
    })),
  'add-ignore-rule': (input, context) => ignoreLists.add(context, input),
  'remove-ignore-rule': async (input, context) => {
    await ignoreLists.remove(context, input);
    return {};
  },
});
