import type { PlatformSettings } from '@tidemark/config';
import {
  connectionStream,
  jobStream,
  pushStream,
  type CommandContext as Context,
  type ConnectionEvent,
  type JobEvent,
  type PushEvent,
} from '@tidemark/contracts';
import { AggregateStore, type EventStore, type Unreadable } from '@tidemark/event-store';
import type { Clock } from '@tidemark/foundation';
import type { DeadLetters } from '@tidemark/messaging';
import type { QueueLimit } from './actions/queue-limit.js';
import type { Agenda } from './agenda/agenda.js';
import type { Catalogue } from './catalogue.js';
import { connectionDecider } from './connection/connection.decide.js';
import type { ConnectionCommand } from './connection/connection.commands.js';
import { isWhole, type ConnectionState } from './connection/connection.js';
import type { Admission } from './daemons/admission.js';
import type { JobCommand } from './job/job.commands.js';
import { jobDecider } from './job/job.decide.js';
import { isEnded, type JobState } from './job/job.js';
import type { PushInbox } from './actions/push-inbox.js';
import { pushDecider, type PushCommand } from './pushes/pushes.decide.js';
import { isWhole as isWholePushes, type Pushes as PushesState } from './pushes/pushes.js';

export type Jobs = AggregateStore<JobState, JobCommand, JobEvent>;
export type Connections = AggregateStore<ConnectionState, ConnectionCommand, ConnectionEvent>;
export type Pushes = AggregateStore<PushesState, PushCommand, PushEvent>;

/** The dependencies of verbs/ and actions/. */
export interface Coordinator {
  readonly eventStore: EventStore;
  readonly deadLetters: DeadLetters;
  readonly jobs: Jobs;
  readonly connections: Connections;
  readonly pushes: Pushes;
  readonly inbox: PushInbox;
  readonly agenda: Agenda;
  readonly admission: Admission;
  readonly queue: QueueLimit;
  readonly time: Clock;
  readonly catalogue: Catalogue;
  readonly settings: Pick<PlatformSettings, 'claimTimeoutMs' | 'stallTimeoutMs' | 'tenantMaxRunning'>;
}

type OnUnreadable = (id: string, error: Unreadable) => void;

export const jobsOf = (eventStore: EventStore, onUnreadable?: OnUnreadable): Jobs =>
  new AggregateStore(eventStore, jobStream, jobDecider, { isEnded, onUnreadable });

export const connectionsOf = (eventStore: EventStore, onUnreadable?: OnUnreadable): Connections =>
  new AggregateStore(eventStore, connectionStream, connectionDecider, { isWhole, onUnreadable });

export const pushesOf = (eventStore: EventStore): Pushes =>
  new AggregateStore(eventStore, pushStream, pushDecider, { isWhole: isWholePushes, cached: 1000 });

export type { Context };
