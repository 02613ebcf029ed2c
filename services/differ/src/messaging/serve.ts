import type { BlobId, BlobStore } from '@tidemark/blob-store';
import {
  command,
  contextOf,
  type AddIgnoreRule,
  type Comparison,
  type CompareSnapshots,
  type RemoveIgnoreRule,
  type RenderComparison,
  type RenderedComparison,
} from '@tidemark/contracts';
import type { Broker, Running } from '@tidemark/messaging';
import { compareSnapshots, renderComparison } from '../comparison/compare-snapshots.js';
import type { IgnoreLists } from '../commands/ignore-lists.js';

const subject = (verb: string) => command('differ', verb);

/** Answers what callers ask of the differ. */
export async function serveCallers(broker: Broker, blobs: BlobStore, ignoreLists: IgnoreLists): Promise<Running> {
  const servers = await Promise.all([
    broker.serve<CompareSnapshots, Comparison>(subject('compare-snapshots'), async ({ data: { before, after } }) => {
      const changes = await compareSnapshots(blobs, before as BlobId, after as BlobId, Date.now());
      return { changesBlob: (await blobs.put(JSON.stringify(changes))).id };
    }),
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
