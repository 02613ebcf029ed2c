import { noCounts, type ClaimGranted, type Work } from '@tidemark/contracts';
import { NoResponder, RemoteError, type Broker, type Delivery } from '@tidemark/messaging';
import { definePipeline, implement, stageTable, type Connectors, type Stage } from '@tidemark/pipelines';
import { FakeClock } from '@tidemark/test-kit';
import { ClaimedLeg, type LegTools } from '../claimed-leg.js';
import { CoordinatorClient } from '../coordinator-client.js';
import type { ConnectorOpener } from '../open-connectors.js';

type Output = Readonly<Record<string, unknown>>;

export const pipeline = definePipeline<{ read: Output; write: Output }>()({
  kind: 'example',
  stages: [
    { name: 'read', service: 'runner' },
    { name: 'write', service: 'runner' },
  ],
  facts: ['ChangesDetected'],
  earlyResults: ['unchanged'],
  metrics: [{ name: 'pages', description: 'Pages that were read.' }],
});

export type TestStage = Stage<typeof pipeline, 'read' | 'write'>;

/** How the coordinator answers a verb: with a reply, or an error to throw. */
type Answer = (data: Record<string, unknown>) => unknown;

/** One claimed leg with a coordinator whose replies a test sets, on a clock that the test moves. */
export class LegWorld {
  readonly clock = new FakeClock();
  /** Every request in order: the verb, and the data without the claim's identity. */
  readonly requests: { readonly verb: string; readonly data: Record<string, unknown> }[] = [];
  readonly heartbeats: Record<string, unknown>[] = [];
  readonly answers: Record<string, Answer> = {};
  readonly draining = new AbortController();
  extensions = 0;
  opener: ConnectorOpener | undefined;

  readonly #broker = {
    broadcast: (_subject: string, data: unknown) => void this.heartbeats.push(data as Record<string, unknown>),
    request: async (subject: string, data: unknown) => {
      const verb = subject.split('.').at(-1)!;
      const { tenant: _, jobId: __, claim: ___, ...rest } = data as Record<string, unknown>;
      this.requests.push({ verb, data: rest });
      return this.answers[verb]?.(rest) ?? { ended: rest['stage'] === 'write' };
    },
  } as unknown as Broker;

  /** A leg that runs these stages; `given` replaces parts of the coordinator's grant. */
  leg(stages: Partial<Record<'read' | 'write', TestStage>>, given: Partial<ClaimGranted> = {}): ClaimedLeg {
    const done: TestStage = async () => ({ output: {} });
    const tools: LegTools = {
      broker: this.#broker,
      blobs: undefined as never,
      stages: stageTable(implement(pipeline, 'runner', { read: done, write: done, ...stages })),
      opener: this.opener,
      clock: this.clock,
    };
    const delivery: Delivery<Work> = {
      subject: 'tidemark.work.runner.read',
      id: 'message-1',
      data: { tenant: 'acme', jobId: 'job-1', stage: 'read', attempt: 1 },
      headers: { 'tidemark-correlation-id': 'request-1' },
      deliveryCount: 1,
      deliverySequence: 1,
      signal: this.draining.signal,
      extend: async () => void (this.extensions += 1),
    };
    const granted: ClaimGranted = {
      claim: 7,
      attempt: 1,
      type: 'full',
      trigger: 'api',
      connectionId: 'connection-1',
      pipeline: { kind: 'example', parameters: { object: 'rows' } },
      source: { connector: 'example', config: {} },
      destinations: [{ name: 'ledger', connector: 'example', config: {} }],
      connector: 'example',
      config: {},
      cursor: null,
      checkpoint: null,
      stages: pipeline.stages,
      outputs: {},
      counts: noCounts,
      claimTimeoutMs: 60_000,
      ...given,
    };
    const client = new CoordinatorClient(this.#broker, { tenant: 'acme', actor: 'runner:1' }, this.clock);
    return new ClaimedLeg(tools, client, delivery, granted);
  }

  verbs(): string[] {
    return this.requests.map(({ verb }) => verb);
  }

  reported(verb: string): Record<string, unknown>[] {
    return this.requests.filter((request) => request.verb === verb).map(({ data }) => data);
  }
}

export const refusing = (code: string) => (): never => {
  throw new RemoteError(code, 'refused');
};

/** Unavailable for the first requests. */
export const awayFor = (requests: number): Answer => {
  let left = requests;
  return ({ stage }) => {
    if (left-- > 0) throw new NoResponder('no responder');
    return { ended: stage === 'write' };
  };
};

/** A stage that runs until it is stopped. */
export const untilStopped: TestStage = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

/** An opener that counts open connectors. */
export class CountingOpener implements ConnectorOpener {
  open = 0;
  opened = 0;

  readonly source = async () => this.#take<Awaited<ReturnType<Connectors['source']>>>();
  readonly destination = async () => this.#take<Awaited<ReturnType<Connectors['destination']>>>();

  #take<T>(): T {
    this.open += 1;
    this.opened += 1;
    return { close: async () => void (this.open -= 1) } as T;
  }
}
