import type { Resource } from '../../edge/resource.js';
import { RecordsController } from './records.controller.js';
import { Records } from './records.js';
import { recordRpcs } from './records.rpc.js';

export const records: Resource = {
  providers: [Records],
  controllers: [RecordsController],
  rpcs: [recordRpcs],
};
