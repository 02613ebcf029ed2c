import { Injectable } from '@nestjs/common';
import { command, type Health } from '@tidemark/contracts';
import { healthOf } from '@tidemark/platform';
import { Ports } from '../ports.js';

type Condition = 'up' | 'down';

export interface Readiness {
  /** False: requests cannot be served. */
  readonly ready: boolean;
  /** True: some lists or documents are unavailable. */
  readonly degraded: boolean;
  readonly checks: {
    readonly jobCoordinator: Condition;
    readonly eventStore: Condition | 'unknown';
    readonly readModel: Condition;
    readonly blobStore: Condition;
  };
}

const WITHIN_MS = 3000;

/** Whether requests can be served now: jobs need the coordinator and its event store, lists need the views. */
@Injectable()
export class ReadinessProbe {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  async check(): Promise<Readiness> {
    const [theirs, own] = await Promise.all([this.#coordinator(), healthOf(this.#ports)]);
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
    return this.#ports.broker.request<Health>(command('job-coordinator', 'ping'), {}, options).catch(() => undefined);
  }
}

const conditionOf = (state: Health['readModel']): Condition => (state === 'up' ? 'up' : 'down');
