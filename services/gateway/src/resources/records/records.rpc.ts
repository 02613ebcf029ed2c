import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { fromQuery } from '../../edge/validation/input.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { RecordsQuery } from './records.dto.js';
import { Records } from './records.js';

export const recordRpcs = rpcs('tidemark.v1.RecordService', Records, (records) => ({
  ListRecords: unary('read', (context, { connectionId, ...request }) =>
    records.list(context, parseId(connectionId), fromQuery(RecordsQuery, request)),
  ),
  GetRecord: unary('read', async (context, { connectionId, object, externalId }) => ({
    record: await records.get(context, parseId(connectionId), String(object ?? ''), String(externalId ?? '')),
  })),
}));
