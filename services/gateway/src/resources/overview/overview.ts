import { Injectable } from '@nestjs/common';
import {
  connectionStates,
  jobStates,
  views,
  type CommandContext,
  type ConnectionDocument,
  type ConnectionState,
  type JobDocument,
  type JobState,
} from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation';
import type { View } from '@tidemark/read-model';
import { ReadinessProbe } from '../../edge/health/readiness.js';
import { Ports } from '../../edge/ports.js';
import type { ConnectionTotals, JobWindow, OverviewView } from './overview.dto.js';

const DAY_MS = 86_400_000;
const SAMPLE = 200;

/** The summary of a tenant. */
@Injectable()
export class Overview {
  readonly #jobs: View<JobDocument>;
  readonly #connections: View<ConnectionDocument>;
  readonly #probe: ReadinessProbe;

  constructor({ readModel }: Ports, probe: ReadinessProbe) {
    this.#probe = probe;
    this.#jobs = readModel.view<JobDocument>(views.jobs);
    this.#connections = readModel.view<ConnectionDocument>(views.connections);
  }

  async get({ tenant }: CommandContext): Promise<OverviewView> {
    const now = Date.now();
    const asOf = await this.#jobs.position();
    const [running, waiting, last24h, last7d, last30d, connections, { conditions }] = await Promise.all([
      this.#jobs.count({ tenant, state: 'running' }),
      this.#jobs.count({ tenant, state: 'pending' }),
      this.#window(tenant, now - DAY_MS),
      this.#window(tenant, now - 7 * DAY_MS),
      this.#window(tenant, now - 30 * DAY_MS),
      this.#totals(tenant),
      this.#probe.check(),
    ]);
    return { now: { running, waiting }, jobs: { last24h, last7d, last30d }, connections, conditions, asOf };
  }

  async #window(tenant: string, since: number): Promise<JobWindow> {
    const where = { tenant, createdAt: { gte: instantOf(since) } };
    const completed = { ...where, state: 'completed' } as const;
    const [counts, sample] = await Promise.all([
      countBy<JobState>(jobStates, (state) => this.#jobs.count({ ...where, state })),
      this.#jobs.query({ where: completed, sort: [['createdAt', 'desc']], perPage: SAMPLE }),
    ]);
    const decided = counts.completed + counts.failed;
    const durations = sample.data.flatMap(({ durationMs }) => durationMs ?? []);
    return {
      ...counts,
      successRate: decided === 0 ? null : counts.completed / decided,
      averageDurationMs: durations.length === 0 ? null : Math.round(sum(durations) / durations.length),
    };
  }

  #totals(tenant: string): Promise<ConnectionTotals> {
    return countBy<ConnectionState>(connectionStates, (state) => this.#connections.count({ tenant, state }));
  }
}

/** Counts by kind, and in total. */
async function countBy<K extends string>(kinds: readonly K[], count: (kind: K) => Promise<number>) {
  const counts = await Promise.all(kinds.map(async (kind) => [kind, await count(kind)] as const));
  const total = sum(counts.map(([, number]) => number));
  return { ...(Object.fromEntries(counts) as Record<K, number>), total };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
