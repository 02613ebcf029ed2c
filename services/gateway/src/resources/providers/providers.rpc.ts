import { CreateConnectionDto, UpdateConnectionDto } from '../connections/connections.dto.js';
import { PageQuery } from '../../edge/paging.js';
import { SubscribeDto } from './providers.dto.js';
import type { Providers } from './providers.js';
import { knownForm } from '../../edge/validation/known-form.js';
import { validated } from '../../edge/validation/validate.js';
import { unary, type Rpcs } from '../../edge/grpc/rpc.js';

export const providerService = (providers: Providers): Rpcs => ({
  ListProviders: unary('read', (context, page) => providers.list(context, validated(PageQuery, page))),
  GetProvider: unary('read', async (context, { id }) => ({ provider: await providers.get(context, knownForm(id)) })),
  CreateProvider: unary('operate', async (context, request) => ({
    provider: await providers.create(context, validated(CreateConnectionDto, request)),
  })),
  UpdateProvider: unary('operate', async (context, { id, ...changes }) => ({
    provider: await providers.update(context, knownForm(id), validated(UpdateConnectionDto, changes)),
  })),
  DeleteProvider: unary('operate', async (context, { id }) => {
    await providers.remove(context, knownForm(id));
    return {};
  }),
  SyncProvider: unary('operate', async (context, { id }) => ({ job: await providers.sync(context, knownForm(id)) })),
  Subscribe: unary('write', async (context, { providerId, ...rest }) => ({
    connection: await providers.subscribe(context, knownForm(providerId), validated(SubscribeDto, rest).name),
  })),
  Unsubscribe: unary('write', async (context, { providerId }) => {
    await providers.unsubscribe(context, knownForm(providerId));
    return {};
  }),
});
