import type { CommandContext as Context, ConnectionEvent, JobEvent } from '@tidemark/contracts';
import { AggregateStore, type EventStore } from '@tidemark/event-store';
import type { Clock } from '@tidemark/foundation';
import type { Agenda } from './agenda/agenda.js';
import type { Catalogue } from './catalogue.js';
import { decideConnection } from './connection/connection.decide.js';
import type { ConnectionCommand } from './connection/connection.commands.js';
import { absentConnection, evolveConnection, isWhole, type ConnectionState } from './connection/connection.js';
import type { Admission } from './daemons/admission.js';
import type { JobCommand } from './job/job.commands.js';
import { decideJob } from './job/job.decide.js';
import { absentJob, evolveJob, isEnded, type JobState } from './job/job.js';

export type Jobs = AggregateStore<JobState, JobCommand, JobEvent>;
export type Connections = AggregateStore<ConnectionState, ConnectionCommand, ConnectionEvent>;

export interface CoordinatorSettings {
  readonly claimTimeoutMs: number;
  readonly tenantMaxRunning: number;
}

/** What the verbs in commands/ work with. */
export interface Coordinator {
  readonly eventStore: EventStore;
  readonly jobs: Jobs;
  readonly connections: Connections;
  readonly agenda: Agenda;
  readonly admission: Admission;
  readonly time: Clock;
  readonly catalogue: Catalogue;
  readonly settings: CoordinatorSettings;
}

export const jobStream = (jobId: string) => `job-${jobId}`;
export const connectionStream = (connectionId: string) => `connection-${connectionId}`;

export const jobsOf = (eventStore: EventStore): Jobs =>
  new AggregateStore(eventStore, { initialState: () => absentJob, evolve: evolveJob, decide: decideJob }, { isEnded });

export const connectionsOf = (eventStore: EventStore): Connections =>
  new AggregateStore(
    eventStore,
    { initialState: () => absentConnection, evolve: evolveConnection, decide: decideConnection },
    { isWhole },
  );

export type { Context };
