import type { Resource } from '../../edge/resource.js';
import { ComparisonsController } from './comparisons.controller.js';
import { comparisonRpcs } from './comparisons.rpc.js';
import { Comparisons } from './comparisons.js';

export const comparisons: Resource = {
  providers: [Comparisons],
  controllers: [ComparisonsController],
  rpcs: [comparisonRpcs],
};
