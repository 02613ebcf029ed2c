import type { Resource } from '../../edge/resource.js';
import { ConditionsController } from './conditions.controller.js';
import { InstallationConditions } from './conditions.js';
import { conditionRpcs } from './conditions.rpc.js';

export const conditions: Resource = {
  providers: [InstallationConditions],
  controllers: [ConditionsController],
  rpcs: [conditionRpcs],
};
