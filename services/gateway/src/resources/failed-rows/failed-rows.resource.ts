import type { Resource } from '../../edge/resource.js';
import { FailedRowsController } from './failed-rows.controller.js';
import { FailedRows } from './failed-rows.js';
import { failedRowRpcs } from './failed-rows.rpc.js';

export const failedRows: Resource = {
  providers: [FailedRows],
  controllers: [FailedRowsController],
  rpcs: [failedRowRpcs],
};
