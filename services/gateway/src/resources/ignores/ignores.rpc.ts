import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { validated } from '../../edge/validation/validate.js';
import { AddIgnoreRuleDto } from './ignores.dto.js';
import { Ignores } from './ignores.js';

export const ignoreRpcs = rpcs('tidemark.v1.ChangeService', Ignores, (ignores) => ({
  ListIgnoreRules: unary('read', (context, { connectionId }) => ignores.list(context, parseId(connectionId))),
  AddIgnoreRule: unary('write', async (context, { connectionId, ...rule }) => ({
    rule: await ignores.add(context, parseId(connectionId), validated(AddIgnoreRuleDto, rule)),
  })),
  RemoveIgnoreRule: unary('write', async (context, { connectionId, id }) => {
    await ignores.remove(context, parseId(connectionId), parseId(id));
    return {};
  }),
}));
