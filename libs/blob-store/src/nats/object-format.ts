import type { BlobId } from '../port.js';

/**
 * NATS' object store format, so that `nats object` reads what is stored here: chunks under one subject, then one message
 * that names them. https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-20.md
 */
export interface ObjectInfo {
  readonly name: string;
  readonly bucket: string;
  /** The last part of the chunks' subject. */
  readonly nuid: string;
  readonly size: number;
  readonly chunks: number;
  readonly digest: string;
  readonly mtime: string;
  readonly deleted?: boolean;
  readonly description?: string;
  readonly options: { readonly max_chunk_size: number };
}

/** The name of an empty object; its description is the label of the store. */
export const LABEL = 'installation';

export function streamOf(bucket: string): string {
  return `OBJ_${bucket}`;
}

export function chunkSubject(bucket: string, nuid: string): string {
  return `$O.${bucket}.C.${nuid}`;
}

export function infoSubject(bucket: string, id: BlobId | typeof LABEL): string {
  return `$O.${bucket}.M.${padded(Buffer.from(id))}`;
}

export function digestOf(hash: Buffer): string {
  return `SHA-256=${padded(hash)}`;
}

function padded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
