import { createHash } from 'node:crypto';
import type { BlobId } from './port.js';

const PREFIX = 'sha256:';

/** @param hex 64 hex digits */
export function blobId(hex: string): BlobId {
  return `${PREFIX}${hex}`;
}

export function blobIdOf(bytes: Uint8Array): BlobId {
  return blobId(createHash('sha256').update(bytes).digest('hex'));
}

/** The hex digits of an id, safe to use as a name. @throws TypeError when it is not an id */
export function hexOf(id: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(id)) {
    throw new TypeError(`blob id: expected sha256: and 64 hex digits, got "${id.slice(0, 80)}"`);
  }
  return id.slice(PREFIX.length);
}
