import { randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killThoseIn } from './process-group.js';

const NAME = /^tidemark-singer-(\d+)-[0-9a-f]{16}$/;

/** The folder of one run, which only this user can read: the working folder of the program, with its secret config. */
export class PrivateFolder {
  private constructor(readonly path: string) {}

  /** Removes those of dead processes too, and ends what still runs in them. */
  static async create(): Promise<PrivateFolder> {
    await PrivateFolder.#sweep();
    const path = join(await realpath(tmpdir()), `tidemark-singer-${process.pid}-${randomBytes(8).toString('hex')}`);
    await mkdir(path, { mode: 0o700 });
    return new PrivateFolder(path);
  }

  /** @returns the file's path */
  async keep(name: string, content: unknown): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
    return path;
  }

  /** Ends what runs in it first. */
  async remove(): Promise<void> {
    await killThoseIn(this.path);
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }

  static async #sweep(): Promise<void> {
    const folder = await realpath(tmpdir());
    for (const name of await readdir(folder).catch(() => [])) {
      const pid = Number(NAME.exec(name)?.[1]);
      if (pid > 0 && !isAlive(pid)) await new PrivateFolder(join(folder, name)).remove().catch(() => {});
    }
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
