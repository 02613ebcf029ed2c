import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Projections } from './projections.js';

export const projectionRpcs = rpcs('tidemark.v1.InstallationService', Projections, (projections) => ({
  ListProjections: unary('operate', async (context) => ({ data: await projections.list(context) })),
  CheckProjection: unary('operate', async (context, { name }) => ({
    projection: await projections.check(context, parseId(name)),
  })),
  RebuildProjection: unary('operate', async (context, { name }) => ({
    projection: await projections.rebuild(context, parseId(name)),
  })),
}));
