export { createRecordStore, type RecordStoreOptions } from './create-record-store.js';
export {
  RecordCursorInvalid,
  RecordStoreUnavailable,
  type IncomingRecord,
  type RecordBatch,
  type RecordPage,
  type RecordQuery,
  type RecordResult,
  type RecordStore,
  type Scope,
  type StoredRecord,
  type Unseen,
} from './port.js';
