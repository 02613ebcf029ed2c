import { FileBlobStore } from './file/file-blob-store.js';
import type { BlobStore } from './port.js';

export interface BlobStoreOptions {
  /** Keeps objects apart: a folder inside the file store, or the name of the NATS bucket. Letters, digits, - and _. */
  readonly namespace?: string;
}

/**
 * The blob store that a URL names: `file:./data/blobs`.
 * Touches neither disk nor network before the first call.
 * @throws TypeError when the URL is none of these
 */
export function createBlobStore(url: string, options: BlobStoreOptions = {}): BlobStore {
  const { namespace } = options;
  if (namespace !== undefined && !/^[A-Za-z0-9_-]+$/.test(namespace)) {
    throw new TypeError(`blob store namespace "${namespace}": letters, digits, - and _ only`);
  }
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === 'file') return new FileBlobStore(folderOf(url), options);
  throw new TypeError(`blob store: expected a URL that starts with file: or nats://, got ${scheme ?? 'no scheme'}`);
}

function folderOf(url: string): string {
  const folder = url.slice('file:'.length).replace(/^\/\/(?=[/.])/, '');
  if (folder === '') throw new TypeError('blob store: file: needs the path of a folder');
  return folder;
}
