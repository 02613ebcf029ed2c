import { PageQuery } from '../../edge/paging.js';
import type { Snapshots } from './snapshots.js';
import { knownForm } from '../../edge/validation/known-form.js';
import { validated } from '../../edge/validation/validate.js';
import { stream, unary, type Rpcs } from '../../edge/grpc/rpc.js';

export const snapshotService = (snapshots: Snapshots): Rpcs => ({
  ListSnapshots: unary('read', (context, { connectionId, ...page }) =>
    snapshots.list(context, knownForm(connectionId), validated(PageQuery, page)),
  ),
  GetSnapshot: unary('read', async (context, { id }) => ({ snapshot: await snapshots.get(context, knownForm(id)) })),
  ListOperations: unary('read', (context, { snapshotId, ...page }) =>
    snapshots.operations(context, knownForm(snapshotId), validated(PageQuery, page)),
  ),
  GetRawSnapshot: stream('read', async function* (context, { snapshotId }) {
    const { open } = await snapshots.raw(context, knownForm(snapshotId));
    for await (const chunk of await open()) yield { chunk };
  }),
});
