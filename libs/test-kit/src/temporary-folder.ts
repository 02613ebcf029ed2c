import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** The path of a file or folder inside. */
  join(...parts: string[]): string;
  /** Deletes it with its content. */
  remove(): Promise<void>;
}

/** A fresh, empty folder that the test removes (or `await using` does). */
export async function temporaryFolder(prefix = 'tidemark-'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, join: (...parts) => join(path, ...parts), remove, [Symbol.asyncDispose]: remove };
}

/** A name no other run uses: for databases, stream and subject prefixes on a shared server. `[a-z0-9]` only. */
export function randomNamespace(prefix = 't'): string {
  return prefix + randomBytes(6).toString('hex');
}
