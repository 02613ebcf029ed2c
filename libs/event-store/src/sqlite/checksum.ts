import { crc32 } from 'node:zlib';

/** An event as its row has it. */
export type StoredEvent = readonly [
  position: number,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
  recordedAt: number,
];

/** Its checksum covers this: everything about it that is on the disk. */
export function summedText(
  stream: string,
  [position, revision, id, type, data, metadata, recordedAt]: StoredEvent,
): string {
  return `${position} ${revision} ${recordedAt} ${id} ${type} ${stream}\n${data}\n${metadata}`;
}

export const checksumOf = (stream: string, event: StoredEvent): number => crc32(summedText(stream, event));
