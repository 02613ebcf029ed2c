import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { idempotencyKeyOf } from '../../edge/idempotency-key.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromBody } from '../../edge/validation/input.js';
import { AddIgnoreRuleBody } from './ignores.dto.js';
import { Ignores } from './ignores.js';

export const ignoreRpcs = rpcs('tidemark.v1.ChangeService', Ignores, (ignores) => ({
  ListIgnoreRules: unary('read', (context, { connectionId }) => ignores.list(context, parseId(connectionId))),
  AddIgnoreRule: unary('write', async (context, { connectionId, idempotencyKey, ...rule }) => ({
    rule: await ignores.add(
      context,
      parseId(connectionId),
      fromBody(AddIgnoreRuleBody, rule),
      idempotencyKeyOf(idempotencyKey),
    ),
  })),
  RemoveIgnoreRule: unary('write', async (context, { connectionId, id }) => {
    await ignores.remove(context, parseId(connectionId), parseId(id));
    return {};
  }),
}));
