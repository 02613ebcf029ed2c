import { isDeepStrictEqual } from 'node:util';
import type { ChangeDocument, ConnectionView, CreateConnection, JobView, SnapshotDocument } from '@tidemark/contracts';
import type { DemoPublisher } from './publisher.js';

export type DemoChange = Pick<ChangeDocument, 'severity' | 'operation' | 'message'>;
export type DemoSnapshot = Pick<SnapshotDocument, 'title' | 'apiVersion' | 'operations' | 'previousId'>;

/** The calls that the demo makes. */
export interface DemoApi {
  /** The connection of that name, if there is one. */
  findConnection(name: string): Promise<ConnectionView | undefined>;
  createConnection(input: Omit<CreateConnection, 'tenant'>): Promise<ConnectionView>;
  updateConnection(id: string, changes: Pick<CreateConnection, 'source'>): Promise<unknown>;
  /** Syncs the connection, by default in full; resolves with the ended job. */
  createJob(connectionId: string, type?: 'full' | 'incremental'): Promise<JobView>;
  /** The newest snapshot, once the job's results can be read. */
  latestSnapshot(connectionId: string): Promise<DemoSnapshot | undefined>;
  /** All changes that the job found, once they can be read. */
  listChanges(connectionId: string, jobId: string): Promise<readonly DemoChange[]>;
}

export interface DemoOptions {
  readonly api: DemoApi;
  readonly publisher: Pick<DemoPublisher, 'url' | 'version' | 'newerThan'>;
  /** Prints a line. */
  readonly print: (line: string) => void;
  /** Ends the demo, silently. */
  readonly signal: AbortSignal;
  /** How many new versions the demo follows. Default 3. */
  readonly versions?: number;
}

const VERSIONS = 3;

/** The connection of the demo, with the address of its publisher. */
export const demoConnection = (url: string) =>
  ({
    name: 'demo: tide tables',
    source: { connector: 'openapi', config: { url } },
    schedule: { every: 'realtime' },
  }) as const satisfies Omit<CreateConnection, 'tenant'>;

/**
 * Shows on the terminal what Tidemark does: a line for the baseline, one for each change of the first new versions, and
 * one about what follows. Afterwards the connection is left to its schedule. Never rejects: an error is
 * printed as the last line.
 */
export const runDemo = (options: DemoOptions): Promise<void> => orReason(options, () => show(options));

/** Runs a part of the demo. Never rejects: an error is printed as its last line. */
export async function orReason(
  { print, signal }: Pick<DemoOptions, 'print' | 'signal'>,
  part: () => Promise<void>,
): Promise<void> {
  try {
    await part();
  } catch (error) {
    if (!signal.aborted) print(`demo: ended early: ${(error as Error).message}`);
  }
}

async function show({ api, publisher, print, signal, versions = VERSIONS }: DemoOptions): Promise<void> {
  const id = await connect(api, demoConnection(publisher.url));
  let { version } = publisher;
  await sync(api, id);
  const snapshot = await api.latestSnapshot(id);
  if (snapshot) print(beginning(snapshot));
  for (let seen = 0; seen < versions; seen++) {
    await publisher.newerThan(version, signal);
    ({ version } = publisher);
    const job = await sync(api, id);
    // The change of the version number itself is left out: every line begins with the version.
    const changes = (await api.listChanges(id, job.id)).filter(({ severity }) => severity !== 'info');
    for (const change of changes) print(changeLine(version, change));
  }
  print(
    `demo: continues every 5 minutes; to list the changes: npm run tidemark -- changes "${demoConnection('').name}"`,
  );
}

/** One connection for all starts; its publisher's port may have changed. */
export async function connect(
  api: Pick<DemoApi, 'findConnection' | 'createConnection' | 'updateConnection'>,
  intended: Omit<CreateConnection, 'tenant'>,
): Promise<string> {
  const { source, name } = intended;
  const found = await api.findConnection(name);
  if (!found) return (await api.createConnection(intended)).id;
  const isSame = Object.entries(source.config).every(([field, value]) =>
    isDeepStrictEqual(found.source.config[field], value),
  );
  if (!isSame) await api.updateConnection(found.id, { source });
  return found.id;
}

/** @throws Error with the job's reason, when it did not complete */
export async function sync(
  api: Pick<DemoApi, 'createJob'>,
  connectionId: string,
  type?: 'full' | 'incremental',
): Promise<JobView> {
  const job = await api.createJob(connectionId, type);
  if (job.state === 'completed') return job;
  throw new Error(
    `job ${job.id} ${job.state}${job.lastError ? `: ${job.lastError.code} ${job.lastError.message}` : ''}`,
  );
}

function beginning({ title, apiVersion, operations, previousId }: DemoSnapshot): string {
  const what = `"${title}" ${apiVersion}, ${operations} operations`;
  return previousId === null ? `demo: baseline of ${what}` : `demo: watching ${what}`;
}

function changeLine(version: string, { severity, operation, message }: DemoChange): string {
  const subject = operation && !message.includes(operation) ? `${operation}: ` : '';
  return `  ${version}  ${severity.padEnd(8)}  ${subject}${message}`;
}
