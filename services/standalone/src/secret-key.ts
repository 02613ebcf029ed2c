import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@tidemark/config';

/**
 * The key for stored credentials, from a file in the data folder that only its owner can read. Made at the first start.
 * @returns `made`: the path, when this start has made it
 */
export async function secretKeyIn(dataDir: string): Promise<{ readonly key: Secret; readonly made?: string }> {
  const path = join(dataDir, 'secret.key');
  const known = await keyAt(path);
  if (known) return { key: known };
  const beside = join(dataDir, `secret.key.${process.pid}`);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(beside, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true });
  // Of two that start at once, one has made it.
  const isMade = await link(beside, path).then(
    () => true,
    () => false,
  );
  await unlink(beside);
  return { key: (await keyAt(path))!, ...(isMade && { made: path }) };
}

/** Undefined: there is no such file. @throws Error that names the file when there is nothing in it */
async function keyAt(path: string): Promise<Secret | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  await chmod(path, 0o600);
  if (text.trim() === '') throw new Error(`${path} is empty: restore it from a backup, or set TIDEMARK_SECRET_KEY`);
  return new Secret(text.trim());
}
