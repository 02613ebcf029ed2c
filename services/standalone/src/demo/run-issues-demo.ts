import type { CreateConnection, JobView, RecordView, RowError } from '@tidemark/contracts';
import { REPOSITORY, type IssueTracker } from './issue-tracker.js';
import { connect, orReason, sync, type DemoApi } from './run-demo.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** The calls of this part of the demo. */
export interface IssuesApi extends Pick<
  DemoApi,
  'findConnection' | 'createConnection' | 'updateConnection' | 'createJob'
> {
  /** What was synced of the connection. */
  listRecords(connectionId: string): Promise<readonly Pick<RecordView, 'data' | 'deleted'>[]>;
  /** What was refused in the job, once that can be read. */
  listErrors(job: Pick<JobView, 'id' | 'counts'>): Promise<readonly Pick<RowError, 'code' | 'message' | 'field'>[]>;
}

export interface IssuesDemoOptions {
  readonly api: IssuesApi;
  readonly tracker: Pick<IssueTracker, 'repair' | 'restore' | 'withoutId'>;
  /** Where the tracker answers. */
  readonly samplesUrl: string;
  /** Of Tidemark itself. */
  readonly url: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

const issuesConnection = (apiUrl: string) =>
  ({
    name: 'demo: issues',
    source: { connector: 'github', config: { apiUrl, repositories: [REPOSITORY] }, objects: ['issues'] },
    schedule: { every: 'realtime' },
  }) as const satisfies Omit<CreateConnection, 'tenant'>;

/**
 * Syncs the sample tracker's issues into the record store, shows the two that are refused, repairs one at its source and
 * syncs again; prints what to type for the other one. Never rejects.
 */
export const runIssuesDemo = (options: IssuesDemoOptions): Promise<void> => orReason(options, () => show(options));

async function show({ api, tracker, samplesUrl, url, print }: IssuesDemoOptions): Promise<void> {
  const intended = issuesConnection(samplesUrl);
  const id = await connect(api, intended);
  for (const { data, deleted } of await api.listRecords(id)) if (!deleted) tracker.restore({ ...data });
  const first = await sync(api, id);
  print(`demo: synced "${intended.name}" into the record store: ${countsOf(first)}`);
  for (const { message, code } of await api.listErrors(first)) print(`  refused  ${message} (${code})`);
  const [fixed, left] = tracker.withoutId;
  if (fixed !== undefined && left !== undefined) {
    tracker.repair(fixed);
    print(
      `demo: gave number ${fixed} an id at its source and synced again: ${countsOf(await sync(api, id, 'incremental'))}`,
    );
  }
  const remaining = tracker.withoutId[0];
  if (remaining !== undefined)
    printNext({ number: remaining, job: first.id, name: intended.name, samplesUrl, url }, print);
  print('');
}

interface Left {
  readonly number: number;
  readonly job: string;
  readonly name: string;
  readonly samplesUrl: string;
  readonly url: string;
}

function printNext({ number, job, name, samplesUrl, url }: Left, print: (line: string) => void): void {
  const where = url === DEFAULT_URL ? '' : ` TIDEMARK_URL=${url}`;
  print(`demo: number ${number} is left for you; in another terminal:`);
  print(`  export TIDEMARK_API_KEY=tmk_…${where}   # the API key of the first start`);
  print(`  npm run tidemark -- jobs errors ${job}`);
  print(`  curl -X PATCH ${samplesUrl}/repos/${REPOSITORY}/issues/${number}   # gives it an id`);
  print(`  npm run tidemark -- sync "${name}"`);
  print(`  npm run tidemark -- records list "${name}"`);
}

function countsOf({ counts }: JobView): string {
  const { created, updated, skipped, failed } = counts;
  const shown = Object.entries({ created, updated, unchanged: skipped, refused: failed }).filter(
    ([, count]) => count > 0,
  );
  return shown.map(([what, count]) => `${count} ${what}`).join(', ') || 'no changes';
}
