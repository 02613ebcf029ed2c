import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { command, noCounts, type ClaimGranted, type ClaimRequest } from '@tidemark/contracts';
import { SqliteEventStore } from '@tidemark/event-store';
import { Conditions } from '@tidemark/foundation';
import { EmbeddedBroker } from '@tidemark/messaging';
import { definePipeline, implement, stageTable, type StageTable } from '@tidemark/pipelines';
import { eventually, temporaryFolder } from '@tidemark/test-kit';
import { LegRunner } from './leg-runner.js';

type Output = Readonly<Record<string, unknown>>;
const older = definePipeline<{ run: Output }>()({ kind: 'example', stages: [{ name: 'run', service: 'runner' }] });
const newer = definePipeline<{ run: Output; check: Output }>()({
  kind: 'example',
  stages: [
    { name: 'run', service: 'runner' },
    { name: 'check', service: 'runner' },
  ],
});

describe('runners of two versions on one queue', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: SqliteEventStore;
  let broker: EmbeddedBroker;
  let ran: string[];
  let asked: { readonly verb: string; readonly stage: string }[];
  const started: LegRunner[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    store = new SqliteEventStore(folder.join('events.db'));
    broker = new EmbeddedBroker(store);
    ran = [];
    asked = [];
    const completed = new Set<string>();
    await broker.serve<ClaimRequest, ClaimGranted>(command('job-coordinator', 'claim-stage'), ({ data }) => {
      asked.push({ verb: 'claim-stage', stage: data.stage });
      const stages = newer.stages.filter(({ name }) => !completed.has(name));
      return {
        ...{ claim: asked.length, attempt: 1, type: 'full', trigger: 'api', connectionId: 'c', connector: 'example' },
        ...{ pipeline: { kind: 'example', parameters: {} }, source: { connector: 'example', config: {} }, config: {} },
        ...{ destinations: [], cursor: null, checkpoint: null, stages, outputs: {}, counts: noCounts },
        claimTimeoutMs: 60_000,
      };
    });
    for (const verb of ['complete-stage', 'fail-stage'])
      await broker.serve<{ stage: string }, { ended: boolean }>(
        command('job-coordinator', verb),
        ({ data: { stage } }) => {
          asked.push({ verb, stage });
          completed.add(stage);
          return { ended: stage === 'check' };
        },
      );
  });
  afterEach(async () => {
    for (const runner of started.splice(0)) await runner.stop();
    await broker.close();
    await store.close();
    await folder.remove();
  });

  const stage = (name: string) => async () => {
    ran.push(name);
    return { output: {} };
  };
  const ofOlder = stageTable(implement(older, 'runner', { run: stage('run by older') }));
  const ofNewer = stageTable(implement(newer, 'runner', { run: stage('run'), check: stage('check') }));

  async function start(stages: StageTable, conditions?: Conditions) {
    const runner = new LegRunner({
      ...{ broker, blobs: undefined as never, stages, service: 'runner', conditions },
      ...{ concurrency: 4, ackWaitMs: 60_000, drainMs: 100 },
    });
    started.push(runner);
    await runner.start();
  }
  const offer = (data: unknown) =>
    broker.publish({ subject: 'tidemark.work.runner.run', id: 'leg', data, headers: { 'ce-id': 'leg' } });

  it('leave a stage that only the newer one knows to it, and fail no job', async () => {
    const conditions = new Conditions();
    await start(ofOlder, conditions);
    await offer({ tenant: 'acme', jobId: 'j', stage: 'run', attempt: 1 });
    await eventually(() => conditions.list().length > 0, 'the older one to see it again');
    expect(ran).toEqual(['run by older']);
    expect(asked.filter(({ verb }) => verb === 'claim-stage')).toHaveLength(1);
    await start(ofNewer);
    await eventually(() => ran.includes('check'), 'the newer one to take it', { timeout: 30_000 });
    expect(ran).toEqual(['run by older', 'check']);
    expect(asked.map(({ verb }) => verb)).not.toContain('fail-stage');
    expect(await broker.deadLetters.count()).toBe(0);
  });

  it('leave legs that begin with such a stage unclaimed', async () => {
    const conditions = new Conditions();
    await start(ofOlder, conditions);
    await offer({ tenant: 'acme', jobId: 'j', stage: 'check', attempt: 1, somethingNew: true });
    await eventually(() => conditions.list().length > 0, 'the older one to see it');
    expect(conditions.list()[0]).toMatchObject({ subject: 'stages of runner', severity: 'degraded' });
    expect(asked).toEqual([]);
    await start(ofNewer);
    await eventually(() => ran.includes('check'), 'the newer one to take it', { timeout: 30_000 });
  });

  it.each([
    null,
    'text',
    {},
    { tenant: 'acme', jobId: 'j', stage: 'run' },
    { tenant: 1, jobId: 'j', stage: 'run', attempt: 1 },
  ])('set aside what is no work: %j', async (data) => {
    await start(ofNewer);
    await offer(data);
    await eventually(async () => (await broker.deadLetters.count()) === 1, 'the dead letter');
    const tenant = (data as { tenant?: unknown } | null)?.tenant === 'acme' ? 'acme' : 'default';
    const [letter] = await broker.deadLetters.list(tenant, { limit: 1 });
    expect(letter!.reason).toMatch(/^not a work message: .* missing$/);
    expect(asked).toEqual([]);
  });
});
