import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Page } from '@tidemark/connector-sdk';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';

/** The object that a cursor belongs to. */
export interface CursorOwner {
  readonly connector: string;
  readonly object: string;
}

/** The stored cursor; null when there is no such file yet. @throws CliError when it is invalid or belongs to another object */
export async function readCursor(path: string, owner: CursorOwner): Promise<Page['cursor'] | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CliError(exitCodes.usage, 'BAD_INPUT', `${path}: cannot be read (${error.code})`);
  });
  if (text === null) return null;
  try {
    const { connector, object, cursor } = JSON.parse(text) as CursorOwner & { cursor: Page['cursor'] };
    if (connector === owner.connector && object === owner.object && typeof cursor === 'object') return cursor;
  } catch {
    // Reported below.
  }
  throw new CliError(exitCodes.usage, 'BAD_INPUT', `${path}: not a cursor of ${owner.connector} ${owner.object}`);
}

/** Replaces the file atomically: after a crash it holds the old cursor or the new one. */
export async function storeCursor(path: string, owner: CursorOwner, cursor: Page['cursor']): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ ...owner, cursor })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    await rm(temporary, { force: true });
    throw new CliError(
      exitCodes.usage,
      'BAD_INPUT',
      `${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}
