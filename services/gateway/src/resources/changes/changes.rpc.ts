import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { validated } from '../../edge/validation/validate.js';
import { ChangesQuery } from './changes.dto.js';
import { Changes } from './changes.js';

export const changeRpcs = rpcs('tidemark.v1.ChangeService', Changes, (changes) => ({
  ListChanges: unary('read', (context, { connectionId, ...query }) =>
    changes.list(context, parseId(connectionId), validated(ChangesQuery, query)),
  ),
  GetChange: unary('read', async (context, { id }) => ({ change: await changes.get(context, parseId(id)) })),
}));
