import { Secret, type PlatformSettings, type PortUrls } from '@tidemark/config';
import { connectorRunner } from '@tidemark/connector-runner';
import { differ } from '@tidemark/differ';
import { Conditions, type Stoppable } from '@tidemark/foundation';
import { gateway, type Addresses } from '@tidemark/gateway';
import { jobCoordinator } from '@tidemark/job-coordinator';
import {
  allPorts,
  createLogger,
  openAdapters,
  startService,
  type Adapters,
  type RunningService,
} from '@tidemark/platform';
import { temporaryFolder } from '@tidemark/test-kit';
import { Client } from './client.js';
import { testSettings } from './settings.js';
import { embedded } from './urls.js';

/** The key that every test installation has, with all scopes. */
export const ADMIN = 'tmk_test-installation-key';

const logger = createLogger('test', 'silent');

export interface EdgeOptions {
  readonly settings?: Partial<PlatformSettings>;
  /** Replacements for adapters of the gateway; the other services keep theirs. */
  readonly replace?: (adapters: Adapters) => Adapters;
  /** Default: embedded adapters in a folder of its own. */
  readonly on?: { readonly urls: PortUrls; readonly namespace: string };
}

/** A gateway with the services behind it, all in this process, and a client of it. */
export class Edge extends Client {
  #coordinator: Stoppable | undefined;
  #runners: Stoppable[] = [];
  readonly #running: Stoppable;
  readonly #release: () => Promise<void>;
  /** Where the gateway listens. */
  readonly gateway: Addresses;

  private constructor(
    readonly adapters: Adapters,
    /** Of this process. */
    readonly conditions: Conditions,
    running: RunningService<Addresses>,
    release: () => Promise<void>,
    private readonly settings: PlatformSettings,
  ) {
    super(running.exposed.httpUrl, ADMIN);
    this.#running = running;
    this.gateway = running.exposed;
    this.#release = release;
  }

  static async start({ settings, replace = (adapters) => adapters, on }: EdgeOptions = {}): Promise<Edge> {
    const folder = await temporaryFolder();
    const conditions = new Conditions();
    const stores = on ?? { urls: embedded(folder.path), namespace: 'tidemark' };
    const adapters = await openAdapters(allPorts, { ...stores, conditions });
    const release = async () => {
      await adapters.close();
      await folder.remove();
    };
    const given = { ...testSettings, apiKey: new Secret(ADMIN), ...settings };
    try {
      const running = await startService(gateway, replace(adapters), given, logger, {
        conditions,
      });
      const edge = new Edge(adapters, conditions, running, release, given);
      await edge.startCoordinator();
      return edge;
    } catch (error) {
      await release();
      throw error;
    }
  }

  async startCoordinator(adapters = this.adapters): Promise<void> {
    this.#coordinator = await startService(jobCoordinator, adapters, this.settings, logger, {
      conditions: this.conditions,
    });
  }

  async stopCoordinator(): Promise<void> {
    await this.#coordinator?.stop();
    this.#coordinator = undefined;
  }

  /** The services that run stages; without them jobs wait. */
  async startRunners(settings: Partial<PlatformSettings> = {}): Promise<void> {
    const given = { ...testSettings, ...settings };
    this.#runners = [
      await startService(connectorRunner, this.adapters, given, logger, { conditions: this.conditions }),
      await startService(differ, this.adapters, testSettings, logger, { conditions: this.conditions }),
    ];
  }

  async close(): Promise<void> {
    await this.#running.stop();
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    await this.stopCoordinator();
    await this.#release();
  }
}
