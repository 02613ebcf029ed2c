export { describeRecordStore, type RecordStoreHome } from './conformance.js';
export { describeFailedRows } from './failed-rows-conformance.js';
