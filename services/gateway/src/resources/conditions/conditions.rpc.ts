import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { InstallationConditions } from './conditions.js';

export const conditionRpcs = rpcs('tidemark.v1.InstallationService', InstallationConditions, (conditions) => ({
  ListConditions: unary('operate', async (context) => ({ data: await conditions.list(context) })),
}));
