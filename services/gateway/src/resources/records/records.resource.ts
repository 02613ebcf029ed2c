import type { Resource } from '../../edge/resource.js';
import { Ingest } from './ingest.js';
import { RecordsController } from './records.controller.js';
import { Records } from './records.js';
import { recordRpcs } from './records.rpc.js';

export const records: Resource = {
  providers: [Records, Ingest],
  controllers: [RecordsController],
  rpcs: [recordRpcs],
};
