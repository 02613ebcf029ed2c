import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Client } from '../../installations/client.js';
import { OtlpReceiver } from './otlp-receiver.js';
import { Publisher } from '../../publishers/publisher.js';
import { TOKEN, Trace, tracedSync, type TracedSync } from './traced-sync.js';

/** An installation that sends telemetry to an endpoint; `stop` flushes it. */
export interface Telling {
  readonly client: Client;
  /** Inspects the stored events, where possible. */
  inspect?(sync: TracedSync): Promise<void>;
  stop(): Promise<unknown>;
}

/** The telemetry that every installation must send, however many processes it has. */
export function traceCases(start: (endpoint: string) => Promise<Telling>) {
  let receiver: OtlpReceiver;
  let sync: TracedSync;
  let trace: Trace;
  let key: string;

  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    const publisher = await Publisher.start();
    const running = await start(receiver.endpoint);
    ({ key } = running.client);
    try {
      sync = await tracedSync(running.client, publisher);
      await running.inspect?.(sync);
    } finally {
      await running.stop();
      await publisher.stop();
    }
    trace = new Trace(receiver, sync);
  }, 60_000);

  afterAll(() => receiver.stop());

  it('is one tree that begins with the caller: every parent is known', () => {
    const strays = trace.spans.map((span) => trace.ancestry(span)).filter((names) => names.at(-1) !== 'caller');
    expect(strays).toEqual([]);
    expect(trace.named('POST /v1/connections/:id/jobs')).toHaveLength(1);
  });

  it('leads from the request through commands, legs and stages to the end of the job', () => {
    const lineOf = (name: string) => trace.named(name).map((span) => trace.ancestry(span));
    const request = ['cmd.job-coordinator.create', 'POST /v1/connections/:id/jobs', 'caller'];
    const first = ['leg connector-runner.fetch', ...request];
    for (const stage of ['fetch', 'parse', 'normalize', 'snapshot'])
      expect(lineOf(`stage ${stage}`)).toEqual([[`stage ${stage}`, ...first]]);
    const second = ['leg differ.diff', 'cmd.job-coordinator.complete-stage', ...first];
    for (const stage of ['diff', 'persist', 'alert'])
      expect(lineOf(`stage ${stage}`)).toEqual([[`stage ${stage}`, ...second]]);
    expect(lineOf('work.job-coordinator.job-ended')).toEqual([
      ['work.job-coordinator.job-ended', 'cmd.job-coordinator.complete-stage', ...second],
    ]);
    expect(trace.named('cmd.job-coordinator.claim-stage')).toHaveLength(2);
    expect(trace.named('cmd.job-coordinator.complete-stage')).toHaveLength(7);
  });

  it('names tenant and job on every step', () => {
    const steps = trace.spans.filter(({ name }) => /^(leg|stage|work\.)/.test(name));
    expect(steps).toHaveLength(10);
    for (const { attributes } of steps)
      expect(attributes).toMatchObject({ 'tidemark.tenant': 'default', 'tidemark.job': sync.jobId });
  });

  it('does not reveal keys or the configuration of sources', () => {
    for (const body of receiver.bodies) {
      expect(body).not.toContain(key);
      expect(body).not.toContain(TOKEN);
    }
  });

  it('is accompanied by the metrics that the dashboards show', () => {
    const file = new URL('../../../deploy/grafana/README.md', import.meta.url);
    const [readme = ''] = readFileSync(file, 'utf8').split('### Repairs');
    const names = Array.from(readme.matchAll(/^\| `(tidemark_\w+)`/gm), ([, name]) => name);
    expect(names.length).toBeGreaterThan(0);
    expect([...receiver.metrics.keys()]).toEqual(expect.arrayContaining(names));
    // Fine enough for an append, wide enough for a job.
    for (const [name, bounds] of receiver.metrics)
      if (name.endsWith('_seconds')) expect([bounds[0], bounds.at(-1)]).toEqual([0.0005, 3600]);
  });
}
