import { CreateKeyDto, KeysQuery } from '../keys/keys.dto.js';
import type { Keys } from '../keys/keys.js';
import type { Overview } from './overview.js';
import type { Projections } from '../projections/projections.js';
import { knownForm } from '../../edge/validation/known-form.js';
import { validated } from '../../edge/validation/validate.js';
import { unary, type Rpcs } from '../../edge/grpc/rpc.js';

export const installationService = (overview: Overview, keys: Keys, projections: Projections): Rpcs => ({
  GetOverview: unary('read', (context) => overview.get(context)),
  CreateKey: unary('operate', async (context, request) => {
    const { key: secret, ...key } = await keys.create(context, validated(CreateKeyDto, request));
    return { key, secret };
  }),
  ListKeys: unary('operate', (_, request) => keys.list(validated(KeysQuery, request))),
  RevokeKey: unary('operate', async (context, { id }) => {
    await keys.revoke(context, knownForm(id));
    return {};
  }),
  ListProjections: unary('operate', async (context) => ({ data: await projections.list(context) })),
  RebuildProjection: unary('operate', async (context, { name }) => ({
    projection: await projections.rebuild(context, knownForm(name)),
  })),
});
