// A differ in a process of its own, on embedded stores in the given folder, that gets legs of two tenants at once. Acts as the
// coordinator; prints the reports and the resource usage as JSON.
//   node two-at-once.js FOLDER OLD-BLOB NEW-BLOB
import { command, type ClaimRequest, type StageFailure, type StageOutput, type StageReport } from '@tidemark/contracts';
import { platformSettings } from '@tidemark/config';
import { createLogger, openAdapters, startService } from '@tidemark/platform';
import { differ as differService } from '../differ.service.js';

const [folder, before, after] = process.argv.slice(2);
const adapters = await openAdapters(['eventStore', 'broker', 'readModel', 'blobs'], {
  urls: {
    eventStore: `sqlite:${folder}/events.db`,
    broker: 'embedded:',
    readModel: `sqlite:${folder}/views.db`,
    blobs: `file:${folder}/blobs`,
    records: `sqlite:${folder}/records.db`,
    vault: `sqlite:${folder}/vault.db`,
  },
  namespace: 'tidemark',
});
const { broker } = adapters;
const jobs = ['job-1', 'job-2'];
const outputs: Record<string, StageOutput> = {};
let atWork = 0;
let mostAtWork = 0;
const done = Promise.withResolvers<void>();

await broker.serve<ClaimRequest>(command('job-coordinator', 'claim-stage'), ({ data: { jobId } }) => {
  mostAtWork = Math.max(mostAtWork, ++atWork);
  return {
    claim: 1,
    attempt: 1,
    type: 'full',
    trigger: 'api',
    connectionId: 'connection-1',
    connector: 'openapi',
    config: {},
    cursor: null,
    stages: [{ name: 'diff', service: 'differ' }],
    outputs: {
      snapshot: {
        snapshotId: `snapshot-of-${jobId}`,
        canonicalBlob: after,
        previous: { snapshotId: 'snapshot-0', canonicalBlob: before },
      },
    },
    counts: {},
    claimTimeoutMs: 60_000,
  };
});
await broker.serve<StageReport>(command('job-coordinator', 'complete-stage'), ({ data: { jobId, output } }) => {
  atWork--;
  outputs[jobId] = output;
  if (Object.keys(outputs).length === jobs.length) done.resolve();
  return { ended: true };
});
await broker.serve<StageFailure>(command('job-coordinator', 'fail-stage'), ({ data }) => {
  done.reject(new Error(JSON.stringify(data.error)));
  return { ended: true };
});
const differ = await startService(differService, adapters, platformSettings.parse({}), createLogger('differ', 'error'));

let turns = 0;
let longestBlockMs = 0;
let turnedAt = performance.now();
const turning = setInterval(() => {
  turns++;
  const now = performance.now();
  longestBlockMs = Math.max(longestBlockMs, Math.round(now - turnedAt));
  turnedAt = now;
}, 1);
for (const jobId of jobs) {
  const data = { tenant: `tenant-of-${jobId}`, jobId, stage: 'diff', attempt: 1 };
  await broker.publish({ subject: 'tidemark.work.differ.diff', id: jobId, data, headers: { 'ce-id': jobId } });
}
await done.promise;
clearInterval(turning);
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
await differ.stop();
await adapters.close();
process.stdout.write(JSON.stringify({ outputs, mostAtWork, turns, longestBlockMs, peakMiB }));
process.exit(0);
