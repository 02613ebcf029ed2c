export { describeRecordStore, type RecordStoreHome } from './conformance.js';
