import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { Overview } from './overview.js';

export const overviewRpcs = rpcs('tidemark.v1.InstallationService', Overview, (overview) => ({
  GetOverview: unary('read', (context) => overview.get(context)),
}));
