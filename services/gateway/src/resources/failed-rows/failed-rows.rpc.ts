import { rpcs, unary } from '../../edge/grpc/rpc.js';
import { idempotencyKeyOf } from '../../edge/idempotency-key.js';
import { fromBody, fromQuery } from '../../edge/validation/input.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { FailedRowQuery, FailedRowsQuery, FixFailedRowBody, RetryFailedRowsBody } from './failed-rows.dto.js';
import { FailedRows } from './failed-rows.js';

export const failedRowRpcs = rpcs('tidemark.v1.FailedRowService', FailedRows, (rows) => ({
  ListFailedRows: unary('read', (context, { connectionId, ...query }) =>
    rows.list(context, parseId(connectionId), fromQuery(FailedRowsQuery, query)),
  ),
  GetFailedRow: unary('read', async (context, { connectionId, key, ...among }) => ({
    row: await rows.get(context, parseId(connectionId), String(key ?? ''), fromQuery(FailedRowQuery, among)),
  })),
  RetryFailedRows: unary('write', async (context, { connectionId, idempotencyKey, ...body }) => ({
    job: await rows.retry(
      context,
      parseId(connectionId),
      fromBody(RetryFailedRowsBody, body),
      idempotencyKeyOf(idempotencyKey),
    ),
  })),
  FixFailedRow: unary('write', (context, { connectionId, key, object, destination, ...body }) =>
    rows.fix(
      context,
      parseId(connectionId),
      String(key ?? ''),
      fromBody(FixFailedRowBody, body),
      fromQuery(FailedRowQuery, { object, destination }),
    ),
  ),
  DiscardFailedRow: unary('write', async (context, { connectionId, key, ...among }) => ({
    row: await rows.discard(context, parseId(connectionId), String(key ?? ''), fromQuery(FailedRowQuery, among)),
  })),
}));
