import { createHash } from 'node:crypto';

/** Of Tidemark's snapshots: any fixed UUID will do, as long as it never changes. */
const SNAPSHOTS = Buffer.from('8d0fd5f7a6be4f0c9c1f3f1d5c0b7a21', 'hex');

/** The id of a job's snapshot: always the same for the same job, so that a stage that runs again makes no second one. */
export function snapshotIdOf(jobId: string): string {
  return uuid5(SNAPSHOTS, jobId);
}

/** A name-based UUID, version 5 (RFC 9562, 5.5). */
function uuid5(namespace: Uint8Array, name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
