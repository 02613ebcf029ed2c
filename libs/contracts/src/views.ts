import type { FoundChange } from './shapes/changes.js';
import type { ConnectionView } from './shapes/connection.js';
import type { IgnoreRule } from './shapes/ignore-rules.js';
import type { JobView } from './shapes/job.js';
import type { Snapshot } from './shapes/snapshot.js';

/** Documents of the views that the gateway lists; the owner of a view folds it. */

/** View `jobs`, owned by job-coordinator. */
export interface JobDocument extends JobView {
  readonly tenant: string;
}

/** View `connections`, owned by job-coordinator. */
export interface ConnectionDocument extends ConnectionView {
  readonly tenant: string;
  readonly connector: string;
  /** Of a subscription: the connection of the catalogue that it follows. */
  readonly providerId: string | null;
}

/** View `snapshots`, owned by differ. */
export interface SnapshotDocument extends Snapshot {
  readonly tenant: string;
}

/** View `changes`, owned by differ. */
export interface ChangeDocument extends FoundChange {
  readonly id: string;
  readonly tenant: string;
  readonly connectionId: string;
  readonly jobId: string;
  readonly snapshotId: string;
  readonly previousSnapshotId: string;
  /** ISO 8601, UTC. */
  readonly detectedAt: string;
}

/** View `ignore-lists`, owned by differ; one document a connection, under the connection's id. */
export interface IgnoreListDocument {
  readonly id: string;
  readonly tenant: string;
  readonly rules: readonly IgnoreRule[];
}

/**
 * The part of a view's definition that readers need (see ViewDefinition in read-model), and the service that folds it. `internal` names
 * the members of its documents that callers never see: copies for indexes, and `fold`, from which the owner resumes.
 */
export const views = {
  jobs: {
    name: 'jobs',
    owner: 'job-coordinator',
    version: 1,
    indexes: [
      ['tenant', 'createdAt'],
      ['tenant', 'connectionId', 'createdAt'],
      ['tenant', 'state', 'createdAt'],
      ['state', 'id'],
    ],
    internal: ['tenant', 'fold'],
  },
  connections: {
    name: 'connections',
    owner: 'job-coordinator',
    version: 3,
    indexes: [
      ['tenant', 'createdAt'],
      ['state', 'id'],
      ['providerId', 'tenant', 'id'],
    ],
    internal: ['tenant', 'connector', 'providerId', 'fold'],
  },
  snapshots: {
    name: 'snapshots',
    owner: 'differ',
    version: 1,
    indexes: [['tenant', 'connectionId', 'takenAt']],
    internal: ['tenant'],
  },
  changes: {
    name: 'changes',
    owner: 'differ',
    version: 3,
    indexes: [['tenant', 'connectionId', '-detectedAt', 'order'], ['jobId'], ['snapshotId'], ['severity'], ['rule']],
    internal: ['tenant'],
  },
  ignoreLists: { name: 'ignore-lists', owner: 'differ', version: 1, indexes: [], internal: ['tenant'] },
} as const;

/** A document as callers see it: without its view's internal members. */
export const publicPart = <D extends object, K extends string>(
  document: D,
  { internal }: { readonly internal: readonly K[] },
): Omit<D, K> =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !internal.includes(name as K))) as Omit<D, K>;
