import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { invalidFile } from './file-errors.js';
import type { FileBytes } from './rows.js';

/** Small: the rows of a chunk are in memory together, long enough for the collector to keep them. */
const CHUNK_BYTES = 16 * 1024;

/**
 * The bytes of an open file, decompressed when its name ends in `.gz`; a position in those is reached by reading up to it.
 * The handle stays open. @throws Terminal where a compressed file is cut off or damaged
 */
export function bytesOf(name: string, handle: FileHandle, signal: AbortSignal): FileBytes {
  const zipped = name.toLowerCase().endsWith('.gz');
  return { name, from: (byte) => (zipped ? unzipped(name, handle, byte, signal) : stored(handle, byte, signal)) };
}

async function* stored(handle: FileHandle, byte: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (;;) {
    signal.throwIfAborted();
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, byte);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    byte += bytesRead;
  }
}

async function* unzipped(name: string, handle: FileHandle, byte: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const bytes = Readable.from(stored(handle, 0, signal), { objectMode: true });
  bytes.on('error', (error) => gunzip.destroy(error));
  let passed = 0;
  try {
    for await (const chunk of bytes.pipe(gunzip) as AsyncIterable<Buffer>) {
      const wanted = chunk.subarray(Math.max(0, byte - passed));
      passed += chunk.length;
      if (wanted.length > 0) yield wanted;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw invalidFile(`${name}: cannot be decompressed after byte ${passed} (${code})`);
    throw error;
  } finally {
    bytes.destroy();
  }
}
