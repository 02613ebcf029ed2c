import { eventually, FakeClock, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { FaultyBroker } from './faulty-broker.js';
import { startInstallation, type Installation, type InstallationOptions } from './installation.js';
import { embedded } from './urls.js';
import { Publisher } from '../publishers/publisher.js';

type Options = Partial<Omit<InstallationOptions, 'urls' | 'coordinators'>> & { readonly coordinators?: number };

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
    const times = Array.from({ length: coordinators }, () => this.clock as never);
    const installation = await startInstallation({
      ...options,
      urls: embedded(this.folder.path),
      coordinators: times,
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
