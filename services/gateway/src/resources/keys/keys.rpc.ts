import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromBody, fromQuery } from '../../edge/validation/input.js';
import { CreateKeyBody, KeysQuery } from './keys.dto.js';
import { Keys } from './keys.js';

export const keyRpcs = rpcs('tidemark.v1.InstallationService', Keys, (keys) => ({
  CreateKey: unary('operate', async (context, request) => {
    const { key: secret, ...key } = await keys.create(context, fromBody(CreateKeyBody, request));
    return { key, secret };
  }),
  ListKeys: unary('operate', (_, request) => keys.list(fromQuery(KeysQuery, request))),
  RevokeKey: unary('operate', async (context, { id }) => {
    await keys.revoke(context, parseId(id));
    return {};
  }),
}));
