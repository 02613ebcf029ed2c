import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromQuery } from '../../edge/validation/input.js';
import { ChangesQuery } from './changes.dto.js';
import { Changes } from './changes.js';

export const changeRpcs = rpcs('tidemark.v1.ChangeService', Changes, (changes) => ({
  ListChanges: unary('read', (context, { connectionId, ...query }) =>
    changes.list(context, parseId(connectionId), fromQuery(ChangesQuery, query)),
  ),
  GetChange: unary('read', async (context, { id }) => ({ change: await changes.get(context, parseId(id)) })),
}));
