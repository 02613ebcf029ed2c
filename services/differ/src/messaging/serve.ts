import type { BlobStore } from '@tidemark/blob-store';
import {
  command,
  contextOf,
  type AddIgnoreRule,
  type ChangeDetail,
  type ChangeList,
  type CompareSnapshots,
  type Comparison,
  type FindChanges,
  type FoundChanges,
  type GetChange,
  type LargeReply,
  type ListChanges,
  type ListOperations,
  type OperationList,
  type RemoveIgnoreRule,
  type RenderComparison,
  type RenderedComparison,
} from '@tidemark/contracts';
import type { Broker, Running } from '@tidemark/messaging';
import type { Comparisons } from '../commands/comparisons.js';
import type { IgnoreLists } from '../commands/ignore-lists.js';
import { listOperations } from '../commands/list-operations.js';
import type { RecordedChanges } from '../commands/recorded-changes.js';
import { renderComparison } from '../comparison/compare-snapshots.js';
import { largeReply } from './large-reply.js';

export interface Verbs {
  readonly blobs: BlobStore;
  readonly ignoreLists: IgnoreLists;
  readonly recorded: RecordedChanges;
  readonly comparisons: Comparisons;
}

const subject = (verb: string) => command('differ', verb);

/** Answers what callers ask of the differ. */
export async function serveCallers(
  broker: Broker,
  { blobs, ignoreLists, recorded, comparisons }: Verbs,
): Promise<Running> {
  const servers = await Promise.all([
    broker.serve<ListChanges, LargeReply<ChangeList>>(subject('list-changes'), async ({ data }) =>
      largeReply(blobs, await recorded.list(data, new Date())),
    ),
    broker.serve<GetChange, LargeReply<ChangeDetail>>(subject('get-change'), async ({ data }) =>
      largeReply(blobs, await recorded.get(data, new Date())),
    ),
    broker.serve<FindChanges, LargeReply<FoundChanges>>(subject('find-changes'), async ({ data }) =>
      largeReply(blobs, await comparisons.find(data)),
    ),
    broker.serve<ListOperations, LargeReply<OperationList>>(subject('list-operations'), async ({ data }) =>
      largeReply(blobs, await listOperations(blobs, data)),
    ),
    broker.serve<CompareSnapshots, Comparison>(subject('compare-snapshots'), async ({ data }) => ({
      changesBlob: await comparisons.changesBlob(data),
    })),
    broker.serve<RenderComparison, RenderedComparison>(subject('render-comparison'), async ({ data }) => ({
      reportBlob: (await blobs.put(await renderComparison(blobs, data, Date.now()))).id,
    })),
    broker.serve<AddIgnoreRule>(subject('add-ignore-rule'), ({ data, headers }) =>
      ignoreLists.add(contextOf(data.tenant, headers), data),
    ),
    broker.serve<RemoveIgnoreRule>(subject('remove-ignore-rule'), async ({ data, headers }) => {
      await ignoreLists.remove(contextOf(data.tenant, headers), data);
      return {};
    }),
  ]);
  return { stop: async () => void (await Promise.all(servers.map((server) => server.stop()))) };
}
