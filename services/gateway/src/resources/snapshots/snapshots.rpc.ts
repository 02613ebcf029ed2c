import { rpcs, stream, unary } from '../../edge/grpc/rpc.js';
import { PageQuery } from '../../edge/paging.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromQuery } from '../../edge/validation/input.js';
import { Snapshots } from './snapshots.js';

export const snapshotRpcs = rpcs('tidemark.v1.SnapshotService', Snapshots, (snapshots) => ({
  ListSnapshots: unary('read', (context, { connectionId, ...page }) =>
    snapshots.list(context, parseId(connectionId), fromQuery(PageQuery, page)),
  ),
  GetSnapshot: unary('read', async (context, { id }) => ({ snapshot: await snapshots.get(context, parseId(id)) })),
  ListOperations: unary('read', (context, { snapshotId, ...page }) =>
    snapshots.operations(context, parseId(snapshotId), fromQuery(PageQuery, page)),
  ),
  GetRawSnapshot: stream('read', async function* (context, { snapshotId }) {
    const { open } = await snapshots.raw(context, parseId(snapshotId));
    for await (const chunk of await open()) yield { chunk };
  }),
}));
