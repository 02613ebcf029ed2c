import { command, noCounts, type ClaimGranted, type ClaimRequest } from '@tidemark/contracts';
import { SqliteEventStore } from '@tidemark/event-store';
import { eventually, temporaryFolder, withMembers } from '@tidemark/test-kit';
import { daemonLifecycle } from '@tidemark/foundation/testing';
import { EmbeddedBroker, type Broker } from '@tidemark/messaging';
import { definePipeline, implement, stageTable } from '@tidemark/pipelines';
import { LegRunner } from './leg-runner.js';

const pipeline = definePipeline<{ run: object }>()({ kind: 'example', stages: [{ name: 'run', service: 'runner' }] });
/** How long a stopped one is observed; a running one has done a round by then. */
const IDLE_MS = 200;

daemonLifecycle(
  'LegRunner',
  async () => {
    const folder = await temporaryFolder();
    const store = new SqliteEventStore(folder.join('events.db'));
    const errors: Error[] = [];
    const embedded = new EmbeddedBroker(store, { onError: (error) => errors.push(error) });
    let [rounds, held, published] = [0, 0, 0];
    const counted =
      <A extends unknown[]>(begin: (...call: A) => Promise<{ stop(deadlineMs?: number): Promise<void> }>) =>
      async (...call: A) => {
        const running = await begin(...call);
        held++;
        return { stop: (deadlineMs?: number) => running.stop(deadlineMs).then(() => void held--) };
      };
    const broker = withMembers<Broker>(embedded, {
      consume: counted(embedded.consume.bind(embedded) as Broker['consume']),
      listen: counted(embedded.listen.bind(embedded) as Broker['listen']),
    });
    await embedded.serve<ClaimRequest, ClaimGranted>(command('job-coordinator', 'claim-stage'), () => ({
      ...{ claim: 1, attempt: 1, type: 'full', trigger: 'api', connectionId: 'connection-1', connector: 'example' },
      ...{ pipeline: { kind: 'example', parameters: {} }, source: { connector: 'example', config: {} }, config: {} },
      ...{ destinations: [], cursor: null, checkpoint: null, stages: pipeline.stages, outputs: {}, counts: noCounts },
      claimTimeoutMs: 60_000,
    }));
    await embedded.serve(command('job-coordinator', 'complete-stage'), () => ({ ended: true }));
    const run = async () => {
      rounds++;
      return { output: {} };
    };
    const stages = stageTable(implement(pipeline, 'runner', { run }));
    return {
      daemon: new LegRunner({
        ...{ broker, blobs: undefined as never, stages, service: 'runner' },
        ...{ concurrency: 4, ackWaitMs: 60_000, drainMs: 100 },
      }),
      async provoke() {
        const id = `leg-${++published}`;
        const data = { tenant: 'acme', jobId: id, stage: 'run', attempt: 1 };
        const before = rounds;
        await embedded.publish({ subject: 'tidemark.work.runner.run', id, data, headers: { 'ce-id': id } });
        await eventually(() => rounds > before, 'the leg to run', { timeout: held > 0 ? 10_000 : IDLE_MS }).catch(
          () => {},
        );
      },
      rounds: () => rounds,
      held: () => held,
      errors,
      async close() {
        await embedded.close();
        await store.close();
        await folder.remove();
      },
    };
  },
  { canBreak: false },
);
