import { eventually, FakeClock, temporaryFolder, type FakeTimer, type TemporaryFolder } from '@tidemark/test-kit';
import { FaultyBroker } from './faulty-broker.js';
import { startInstallation, type Installation, type InstallationOptions } from './installation.js';
import { embedded } from './urls.js';
import { Publisher } from '../publishers/publisher.js';

type Options = Partial<Omit<InstallationOptions, 'urls' | 'coordinators'>> & {
  /** How many, or by how many milliseconds the clock of each is ahead of the world's. */
  readonly coordinators?: number | readonly number[];
};

/** An installation on embedded adapters whose coordinators use a clock that the test advances, and a publisher. */
export class FakeTimeWorld {
  readonly clock = new FakeClock();
  readonly #open: Installation[] = [];
  readonly #faulty: FaultyBroker[] = [];

  private constructor(
    readonly folder: TemporaryFolder,
    readonly publisher: Publisher,
  ) {}

  static async create(): Promise<FakeTimeWorld> {
    return new FakeTimeWorld(await temporaryFolder(), await Publisher.start());
  }

  async start({ coordinators = 1, ...options }: Options = {}): Promise<Installation> {
    const ahead = typeof coordinators === 'number' ? Array<number>(coordinators).fill(0) : coordinators;
    const { elapsed, setTimeout, clearTimeout } = this.clock;
    const installation = await startInstallation({
      ...options,
      urls: embedded(this.folder.path),
      coordinators: ahead.map((by) => ({
        ...{ elapsed, setTimeout },
        now: () => this.clock.now() + by,
        clearTimeout: (timer) => clearTimeout(timer as FakeTimer),
      })),
    });
    this.#open.push(installation);
    return installation;
  }

  async stop(installation: Installation): Promise<void> {
    this.#open.splice(this.#open.indexOf(installation), 1);
    await installation.stop();
  }

  /** A runner's broker that can fall silent; at the end it is restored, so that held messages can end too. */
  faultyBroker(): FaultyBroker {
    const broker = new FaultyBroker();
    this.#faulty.push(broker);
    return broker;
  }

  /** Ends everything. */
  async end(): Promise<void> {
    for (const broker of this.#faulty) broker.comeBack();
    for (const installation of this.#open.splice(0)) await installation.stop();
    await this.publisher.stop();
    await this.folder.remove();
  }

  /** Waits until the path was fetched that many times. */
  async fetched(path: string, times: number): Promise<void> {
    await eventually(() => this.publisher.fetches(path) >= times, `${times} fetches of ${path}`);
  }
}
