import { invalidFile } from './file-errors.js';
import type { FileBytes } from './rows.js';

/** The encoding that a byte order mark names, or the zeros of UTF-16 without one; else UTF-8. */
export async function markedEncoding(file: FileBytes): Promise<string> {
  const start = await headOf(file, 64);
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  // No text of another encoding has a NUL; ASCII in UTF-16 has one in every pair.
  if (start.length >= 2 && start[0] !== 0 && start[1] === 0) return 'utf-16le';
  return start.length >= 2 && start[0] === 0 && start[1] !== 0 ? 'utf-16be' : 'utf-8';
}

/** Up to so many of the first bytes. */
export async function headOf(file: FileBytes, bytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of file.from(0)) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

/** The same file in UTF-8: positions count its bytes, and one is reached by decoding up to it. @throws Terminal where it is not in the encoding */
export function decoded(file: FileBytes, encoding: string): FileBytes {
  const { encoding: name } = new TextDecoder(encoding);
  if (name === 'utf-8') return file;
  return { name: file.name, from: (byte) => decodedFrom(file, name, byte) };
}

async function* decodedFrom(file: FileBytes, encoding: string, byte: number): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let [read, passed] = [0, 0];
  const utf8 = (chunk?: Buffer): Buffer => {
    try {
      return Buffer.from(chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
    } catch {
      throw invalidFile(`${file.name}: not ${encoding} after byte ${read}; \`encoding\` names another`);
    }
  };
  const wantedOf = (bytes: Buffer): Buffer => {
    const wanted = bytes.subarray(Math.max(0, byte - passed));
    passed += bytes.length;
    return wanted;
  };
  for await (const chunk of file.from(0)) {
    const wanted = wantedOf(utf8(chunk));
    read += chunk.length;
    if (wanted.length > 0) yield wanted;
  }
  const last = wantedOf(utf8());
  if (last.length > 0) yield last;
}
