import type { OpenedDestination, Source } from '@tidemark/connector-sdk';
import type { DestinationSettings, Source as SourceSettings } from '@tidemark/contracts';
import { StageFailed, type Connectors } from '@tidemark/pipelines';

/** Opens connectors for the stages of a service. */
export interface ConnectorOpener {
  /** @throws ExternalError */
  source(settings: SourceSettings, tenant: string): Promise<Source>;
  /** @throws ExternalError */
  destination(settings: DestinationSettings, tenant: string): Promise<OpenedDestination>;
}

/** The connectors that one stage has opened: each at most once, closed when the stage has ended. */
export class OpenConnectors implements Connectors {
  readonly #opened = new Map<string, Promise<{ close(): Promise<void> }>>();

  constructor(
    private readonly tenant: string,
    private readonly sourceSettings: SourceSettings,
    private readonly destinations: readonly DestinationSettings[],
    private readonly opener: ConnectorOpener | undefined,
  ) {}

  async source(): Promise<Source> {
    return this.#once('source', (opener) => opener.source(this.sourceSettings, this.tenant));
  }

  async destination(name: string): Promise<OpenedDestination> {
    const settings = this.destinations.find((one) => one.name === name);
    if (!settings)
      throw new StageFailed('DESTINATION_NOT_FOUND', `the connection has no destination ${name}`, { retryable: false });
    return this.#once(`destination ${name}`, (opener) => opener.destination(settings, this.tenant));
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    // A connector that cannot be closed has no user left.
    await Promise.allSettled(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value.close()] : [])));
  }

  #once<T extends { close(): Promise<void> }>(key: string, open: (opener: ConnectorOpener) => Promise<T>): Promise<T> {
    if (!this.opener) throw new Error('the stages of this service open no connectors');
    const known = this.#opened.get(key) as Promise<T> | undefined;
    if (known) return known;
    const opening = open(this.opener);
    this.#opened.set(key, opening);
    return opening;
  }
}
