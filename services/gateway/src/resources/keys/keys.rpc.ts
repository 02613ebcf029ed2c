import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { idempotencyKeyOf } from '../../edge/idempotency-key.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromBody, fromQuery } from '../../edge/validation/input.js';
import { CreateKeyBody, KeysQuery } from './keys.dto.js';
import { Keys } from './keys.js';

export const keyRpcs = rpcs('tidemark.v1.InstallationService', Keys, (keys) => ({
  CreateKey: unary('operate', async (context, { idempotencyKey, ...request }) => {
    const body = fromBody(CreateKeyBody, request);
    const { key: secret, ...key } = await keys.create(context, body, idempotencyKeyOf(idempotencyKey));
    return { key, secret };
  }),
  ListKeys: unary('operate', (_, request) => keys.list(fromQuery(KeysQuery, request))),
  RevokeKey: unary('operate', async (context, { id }) => {
    await keys.revoke(context, parseId(id));
    return {};
  }),
}));
