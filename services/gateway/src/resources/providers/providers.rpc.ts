import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { idempotencyKeyOf } from '../../edge/idempotency-key.js';
import { PageQuery } from '../../edge/paging.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { fromBody, fromQuery } from '../../edge/validation/input.js';
import { CreateConnectionBody, UpdateConnectionBody } from '../connections/connections.dto.js';
import { SubscribeBody } from './providers.dto.js';
import { Providers } from './providers.js';

export const providerRpcs = rpcs('tidemark.v1.ProviderService', Providers, (providers) => ({
  ListProviders: unary('read', (_, page, caller) => providers.list(caller, fromQuery(PageQuery, page))),
  GetProvider: unary('read', async (context, { id }, caller) => ({
    provider: await providers.get(context, caller, parseId(id)),
  })),
  CreateProvider: unary('operate', async (context, { idempotencyKey, ...request }) => ({
    provider: await providers.create(
      context,
      fromBody(CreateConnectionBody, request),
      idempotencyKeyOf(idempotencyKey),
    ),
  })),
  UpdateProvider: unary('operate', async (context, { id, ...changes }) => ({
    provider: await providers.update(context, parseId(id), fromBody(UpdateConnectionBody, changes)),
  })),
  DeleteProvider: unary('operate', async (context, { id }) => {
    await providers.remove(context, parseId(id));
    return {};
  }),
  SyncProvider: unary('operate', async (context, { id, idempotencyKey }) => ({
    job: await providers.sync(context, parseId(id), idempotencyKeyOf(idempotencyKey)),
  })),
  Subscribe: unary('write', async (context, { providerId, idempotencyKey, ...rest }) => ({
    connection: await providers.subscribe(
      context,
      parseId(providerId),
      fromBody(SubscribeBody, rest).name,
      idempotencyKeyOf(idempotencyKey),
    ),
  })),
  Unsubscribe: unary('write', async (context, { providerId }) => {
    await providers.unsubscribe(context, parseId(providerId));
    return {};
  }),
}));
