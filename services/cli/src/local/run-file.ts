import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

/** Everything that decides which rows are in which batch of an input. */
export interface Cut {
  readonly batchSize: number;
  readonly mode: string;
  readonly lines: string;
}

export interface RunName {
  /** The file of the config, beside which its runs are remembered. */
  readonly config: string;
  readonly connector: string;
  readonly object: string;
  readonly run: string;
}

/**
 * The cut of the first time that a run was made; now remembered, if this is the first. The destination knows the batches of
 * a run by their names: in other batches the same rows would be written twice.
 */
export async function rememberedCut(
  { folder, terminal }: Pick<Session, 'folder' | 'terminal'>,
  { config, ...owner }: RunName,
  cut: Cut,
): Promise<Cut> {
  const runs = `${resolve(folder, config)}.runs`;
  const { connector, object, run } = owner;
  const name = createHash('sha256')
    .update(JSON.stringify([connector, object, run]))
    .digest('hex')
    .slice(0, 32);
  const path = join(runs, `${name}.json`);
  const known = await cutIn(path);
  if (known) return known;
  const temporary = join(runs, `${randomUUID()}.tmp`);
  try {
    await mkdir(runs, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(`${JSON.stringify({ ...owner, ...cut })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // Unlike a rename it does not replace what another process has just remembered.
    await link(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return (await cutIn(path)) ?? cut;
    terminal.note(`tidemark: ${runs} cannot be written (${code}): repeat the run with the same --batch-size only`);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
  return cut;
}

async function cutIn(path: string): Promise<Cut | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new CliError(exitCodes.usage, 'BAD_INPUT', `${path}: cannot be read (${error.code})`);
  });
  if (text === undefined) return undefined;
  try {
    const { batchSize, mode, lines } = JSON.parse(text) as Cut;
    if (Number.isSafeInteger(batchSize) && batchSize > 0) return { batchSize, mode, lines };
  } catch {
    // Reported below.
  }
  throw new CliError(exitCodes.usage, 'BAD_INPUT', `${path}: not what a run remembers; remove it to begin anew`);
}
