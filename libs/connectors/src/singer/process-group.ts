import { readdir, readFile, readlink } from 'node:fs/promises';
import { sleep } from '@tidemark/foundation';

/** From SIGTERM to SIGKILL, and how long members of a group may outlive its leader. */
const GRACE_MS = 2000;
const POLL_MS = 20;

/** The processes that a program started, itself included; its leader's id is the group's. */
export class ProcessGroup {
  #ending: Promise<void> | undefined;

  constructor(readonly pid: number) {}

  get isAlive(): boolean {
    return this.#signal(0);
  }

  /** Whether all of them have ended by themselves, shortly after their leader. */
  async ends(): Promise<boolean> {
    for (let waited = 0; waited < GRACE_MS && this.isAlive; waited += POLL_MS) await sleep(POLL_MS);
    return !this.isAlive;
  }

  /** Asks all of them to end, and kills those that do not. */
  end(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  async #end(): Promise<void> {
    this.#signal('SIGTERM');
    if (await this.ends()) return;
    this.#signal('SIGKILL');
    await this.ends();
  }

  #signal(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.pid, signal);
    } catch {
      return false;
    }
  }

  /** Bytes of memory of the leader and its descendants; 0 where the system does not say. */
  async memory(): Promise<number> {
    let bytes = 0;
    const pids = [this.pid];
    for (let pid = pids.pop(); pid !== undefined; pid = pids.pop()) {
      const [status, children] = await Promise.all([textOf(pid, 'status'), textOf(pid, `task/${pid}/children`)]);
      bytes += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
      pids.push(...children.split(' ').filter(Boolean).map(Number));
    }
    return bytes;
  }
}

const textOf = (pid: number, name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');

/**
 * Kills the processes that work in a folder, which only those started in it do: they may have left their group.
 * @returns how many there were; 0 where the system does not say
 */
export async function killThoseIn(folder: string): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  const found = pids.filter((_, at) => folders[at] === folder || folders[at]!.startsWith(`${folder}/`)).map(Number);
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone since.
    }
  }
  return found.length;
}
