import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder, waitFor } from '@tidemark/test-kit';
import { type SourceWorld, TestToken } from '@tidemark/connector-sdk/testing';

const TEST = join(import.meta.dirname, '../../../test');

/** An executable in a folder that runs one of the test programs; its absolute path. */
export async function executable(folder: string, name: 'singer-tap' | 'singer-target'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!${process.execPath}\nrequire(${JSON.stringify(join(TEST, `${name}.cjs`))});\n`);
  await chmod(path, 0o755);
  return path;
}

type Row = Readonly<Record<string, string>>;

interface World {
  readonly rows: readonly Row[];
  readonly token?: string;
  readonly fault?: string;
  readonly times?: 'once';
}

/** What the test tap reads, and the connection to it. */
export class TapWorld implements SourceWorld {
  readonly #folder: TemporaryFolder;
  readonly #executable: string;
  readonly #token = new TestToken();
  readonly log: string[] = [];
  #world: World;
  #clock = 0;

  private constructor(folder: TemporaryFolder, path: string, rows: readonly Row[], secret: boolean) {
    this.#folder = folder;
    this.#executable = path;
    this.#world = { rows, ...(secret && { token: this.#token.accepted }) };
  }

  static async start(objects: number, { secret = true } = {}): Promise<TapWorld> {
    const folder = await temporaryFolder();
    const rows = Array.from({ length: objects }, (_, n) => ({
      ...{ id: `r${n}`, name: `row ${n}` },
      updated_at: new Date(Date.UTC(2025, 0, 1, 2 * n)).toISOString(),
    }));
    const world = new TapWorld(folder, await executable(folder.path, 'singer-tap'), rows, secret);
    await world.#save({});
    return world;
  }

  get connection() {
    return {
      config: {
        executable: this.#executable,
        settings: { world: this.file },
        credential: [{ part: 'password', setting: 'token' }],
        startDateSetting: 'start_date',
      },
      credential: this.#token,
      programs: [this.#executable],
      log: (line: string) => void this.log.push(line),
    };
  }

  get file(): string {
    return this.#folder.join('world.json');
  }

  get folder(): string {
    return this.#folder.path;
  }

  ids(): readonly string[] {
    return this.#world.rows.map((row) => row['id']!).filter((id) => id !== '');
  }

  async add(count: number): Promise<readonly string[]> {
    const { length } = this.#world.rows;
    const ids = Array.from({ length: count }, (_, n) => `r${length + n}`);
    await this.#save({
      rows: [...this.#world.rows, ...ids.map((id) => ({ id, name: 'new', updated_at: this.#now() }))],
    });
    return ids;
  }

  async change(id: string): Promise<void> {
    const rows = this.#world.rows.map((row) => (row['id'] === id ? { ...row, updated_at: this.#now() } : row));
    await this.#save({ rows });
  }

  async addWithoutId(): Promise<void> {
    await this.#save({ rows: [...this.#world.rows, { id: '', name: 'nobody', updated_at: this.#now() }] });
  }

  fault(fault: string, times: 'once' | 'always'): void {
    void this.#save({ fault, ...(times === 'once' && { times }) });
  }

  async misbehave(fault: string): Promise<void> {
    await this.#save({ fault });
  }

  /** The process that has begun to misbehave in a way. */
  async pidOf(fault: string): Promise<number> {
    let pid = 0;
    await waitFor(async () => {
      pid = Number(await readFile(`${this.file}.${fault}`, 'utf8').catch(() => ''));
      return pid > 0;
    });
    return pid;
  }

  hanging(): Promise<unknown> {
    return this.pidOf('hang');
  }

  async close(): Promise<void> {
    await this.#folder.remove();
  }

  /** Later than all before, although changes may share a millisecond. */
  #now(): string {
    this.#clock = Math.max(this.#clock + 1, Date.now());
    return new Date(this.#clock).toISOString();
  }

  async #save(change: Partial<World>): Promise<void> {
    this.#world = { ...this.#world, ...change };
    await mkdir(this.#folder.path, { recursive: true });
    await writeFile(this.file, JSON.stringify(this.#world));
  }
}
