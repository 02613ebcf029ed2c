import type { Resource } from '../../edge/resource.js';
import { ComparisonsController } from './comparisons.controller.js';
import { Comparisons } from './comparisons.js';
import { comparisonRpcs } from './comparisons.rpc.js';

export const comparisons: Resource = {
  providers: [Comparisons],
  controllers: [ComparisonsController],
  rpcs: [comparisonRpcs],
};
