import type { Conditions } from '@tidemark/foundation';
import type { BlobStore } from './port.js';

export interface BlobStoreOptions {
  /** Separates objects: a folder inside the file store, or the name of the NATS bucket. Letters, digits, - and _. */
  readonly namespace?: string;
  /** Copies and storage of a bucket on NATS, when it has to be created. Default: 1 in files. */
  readonly replicas?: number;
  readonly storage?: 'file' | 'memory';
  /** What is wrong in this process; the adapter adds to it. */
  readonly conditions?: Conditions;
}

/**
 * The blob store that a URL names: `file:./data/blobs` or `nats://host:port`.
 * Touches neither disk nor network before the first call. Loads no driver that is not needed.
 * @throws TypeError when the URL is none of these
 */
export async function createBlobStore(url: string, options: BlobStoreOptions = {}): Promise<BlobStore> {
  const { namespace } = options;
  if (namespace !== undefined && !/^[A-Za-z0-9_-]+$/.test(namespace)) {
    throw new TypeError(`blob store namespace "${namespace}": letters, digits, - and _ only`);
  }
  const scheme = /^([a-z][a-z0-9+]*):/i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'file': {
      const { FileBlobStore } = await import('./file/file-blob-store.js');
      return new FileBlobStore(folderIn(url), options);
    }
    case 'nats':
    case 'tls': {
      const { NatsBlobStore } = await import('./nats/nats-blob-store.js');
      return new NatsBlobStore(url, options);
    }
    default:
      // Never the URL itself: it may carry a password.
      throw new TypeError(
        `blob store URL: expected file:<folder> or nats://<host>:<port>, got ${scheme ? `${scheme}:` : 'no scheme'}`,
      );
  }
}

function folderIn(url: string): string {
  const folder = url.slice('file:'.length).replace(/^\/\/(?=[/.])/, '');
  if (folder === '') throw new TypeError('blob store URL: file: needs the path of a folder');
  return folder;
}
