import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { validated } from '../../edge/validation/validate.js';
import { CreateKeyDto, KeysQuery } from './keys.dto.js';
import { Keys } from './keys.js';

export const keyRpcs = rpcs('tidemark.v1.InstallationService', Keys, (keys) => ({
  CreateKey: unary('operate', async (context, request) => {
    const { key: secret, ...key } = await keys.create(context, validated(CreateKeyDto, request));
    return { key, secret };
  }),
  ListKeys: unary('operate', (_, request) => keys.list(validated(KeysQuery, request))),
  RevokeKey: unary('operate', async (context, { id }) => {
    await keys.revoke(context, parseId(id));
    return {};
  }),
}));
