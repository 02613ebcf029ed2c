export * from './port.js';
export { createBlobStore, type BlobStoreOptions } from './create-blob-store.js';
export { FileBlobStore } from './file/file-blob-store.js';
export { readBlob, readJson, BlobTooLarge } from './read-blob.js';
