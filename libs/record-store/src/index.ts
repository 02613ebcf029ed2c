export { createRecordStore, type RecordStoreOptions } from './create-record-store.js';
export { contentHash } from './content.js';
export {
  failedRowId,
  keyText,
  type Decision,
  type FailedRow,
  type FailedRowFilter,
  type FailedRowPage,
  type FailedRowQuery,
  type FailedRows,
  type RefusedRow,
  type RowKey,
  type RowRef,
  type TriedRows,
} from './failed-rows.js';
export {
  RecordCursorInvalid,
  RecordStoreUnavailable,
  type IncomingRecord,
  type RecordBatch,
  type RecordPage,
  type RecordQuery,
  type RecordResult,
  type RecordStore,
  type StoredRecord,
  type Unseen,
} from './port.js';
export type { Scope } from './scope.js';
