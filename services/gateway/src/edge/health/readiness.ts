import { Inject, Injectable } from '@nestjs/common';
import type { BlobStore } from '@tidemark/blob-store';
import { command, type Health } from '@tidemark/contracts';
import type { Broker } from '@tidemark/messaging';
import { healthOf } from '@tidemark/platform';
import type { ReadModel } from '@tidemark/read-model';
import { ADAPTERS } from '../tokens.js';

type Condition = 'up' | 'down';

export interface Readiness {
  /** False: what the gateway is there for cannot be done. */
  readonly ready: boolean;
  /** True: some lists or documents cannot be shown. */
  readonly degraded: boolean;
  readonly checks: {
    readonly jobCoordinator: Condition;
    readonly eventStore: Condition | 'unknown';
    readonly readModel: Condition;
    readonly blobStore: Condition;
  };
}

const WITHIN_MS = 3000;

/** Whether calls can be served now: jobs need the coordinator and its event store, lists need the views. */
@Injectable()
export class ReadinessProbe {
  constructor(
    @Inject(ADAPTERS)
    private readonly adapters: { readonly broker: Broker; readonly readModel: ReadModel; readonly blobs: BlobStore },
  ) {}

  async check(): Promise<Readiness> {
    const [theirs, own] = await Promise.all([this.#coordinator(), healthOf(this.adapters)]);
    const eventStore = theirs ? (theirs.eventStore === 'up' ? 'up' : 'down') : 'unknown';
    const [views, objects] = [conditionOf(own.readModel), conditionOf(own.blobs)];
    return {
      ready: eventStore === 'up',
      degraded: views === 'down' || objects === 'down',
      checks: { jobCoordinator: theirs ? 'up' : 'down', eventStore, readModel: views, blobStore: objects },
    };
  }

  #coordinator(): Promise<Health | undefined> {
    const options = { timeoutMs: WITHIN_MS };
    return this.adapters.broker.request<Health>(command('job-coordinator', 'ping'), {}, options).catch(() => undefined);
  }
}

const conditionOf = (state: Health['readModel']): Condition => (state === 'up' ? 'up' : 'down');
