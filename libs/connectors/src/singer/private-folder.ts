import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^tidemark-singer-(\d+)-[0-9a-f]{16}$/;

/** The folder of one run, which only this user can read: the working folder of the program, with its secret config. */
export class PrivateFolder {
  private constructor(readonly path: string) {}

  /** Removes those of dead processes too. */
  static async create(): Promise<PrivateFolder> {
    await sweep();
    const path = join(tmpdir(), `tidemark-singer-${process.pid}-${randomBytes(8).toString('hex')}`);
    await mkdir(path, { mode: 0o700 });
    return new PrivateFolder(path);
  }

  /** @returns the file's path */
  async keep(name: string, content: unknown): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
