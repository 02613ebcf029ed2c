export { describeBlobStore, type BlobStoreHome } from './conformance.js';
