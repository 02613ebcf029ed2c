import type { Resource } from '../../edge/resource.js';
import { ProjectionsController } from './projections.controller.js';
import { Projections } from './projections.js';
import { projectionRpcs } from './projections.rpc.js';

export const projections: Resource = {
  providers: [Projections],
  controllers: [ProjectionsController],
  rpcs: [projectionRpcs],
};
