import { Injectable } from '@nestjs/common';
import { command, type ConditionDetail, type ConditionView, type Health } from '@tidemark/contracts';
import { Conditions, isReady } from '@tidemark/foundation';
import { healthOf, publicView } from '@tidemark/platform';
import { Ports } from '../ports.js';

type State = 'up' | 'down';

export interface Readiness {
  /** False: requests cannot be served. */
  readonly ready: boolean;
  /** True: some lists or documents are unavailable, or something is wrong. */
  readonly degraded: boolean;
  readonly checks: {
    readonly jobCoordinator: State;
    readonly eventStore: State | 'unknown';
    readonly readModel: State;
    readonly blobStore: State;
  };
  /** What is wrong in this process and in the coordinator. */
  readonly conditions: readonly ConditionView[];
}

const WITHIN_MS = 3000;

/** Whether requests can be served now: jobs need the coordinator and its event store, lists need the views. */
@Injectable()
export class ReadinessProbe {
  readonly #ports: Ports;
  readonly #conditions: Conditions;

  constructor(ports: Ports, conditions: Conditions) {
    this.#ports = ports;
    this.#conditions = conditions;
  }

  async check(): Promise<Readiness> {
    const [theirs, own] = await Promise.all([this.#coordinator(), healthOf(this.#ports, this.#conditions)]);
    const eventStore = theirs ? (theirs.eventStore === 'up' ? 'up' : 'down') : 'unknown';
    const [views, objects] = [stateOf(own.readModel), stateOf(own.blobs)];
    const conditions = bySubject(own.conditions, theirs?.conditions);
    return {
      ready: eventStore === 'up' && isReady(conditions),
      degraded: views === 'down' || objects === 'down' || conditions.length > 0,
      checks: { jobCoordinator: theirs ? 'up' : 'down', eventStore, readModel: views, blobStore: objects },
      conditions: publicView(conditions),
    };
  }

  #coordinator(): Promise<Health | undefined> {
    const options = { timeoutMs: WITHIN_MS };
    return this.#ports.broker.request<Health>(command('job-coordinator', 'ping'), {}, options).catch(() => undefined);
  }
}

const stateOf = (state: Health['readModel']): State => (state === 'up' ? 'up' : 'down');

/** One of each subject, the unready one if there are two: services in one process have their conditions in common. */
function bySubject(...lists: readonly (readonly ConditionDetail[] | undefined)[]): ConditionDetail[] {
  const found = new Map<string, ConditionDetail>();
  for (const condition of lists.flatMap((list) => list ?? []))
    if (found.get(condition.subject)?.severity !== 'unready') found.set(condition.subject, condition);
  return [...found.values()];
}
