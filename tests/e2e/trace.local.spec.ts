import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@tidemark/event-store';
import { startTelemetry } from '@tidemark/telemetry';
import { startStandaloneInstallation } from '../installations/standalone.js';
import { traceCases } from './testing/trace.cases.js';

describe('the trace of a job, in one process', () => {
  const stored: RecordedEvent[] = [];
  let correlation: string;
  let traceId: string;

  traceCases(async (endpoint) => {
    const telemetry = await startTelemetry({ service: 'tidemark', endpoint });
    const { client, adapters, stop } = await startStandaloneInstallation();
    return {
      client,
      async inspect(sync) {
        ({ requestId: correlation, traceId } = sync);
        for await (const event of adapters.eventStore.read(`job-${sync.jobId}`)) stored.push(event);
        const { body } = await client.get(`/v1/jobs/${sync.jobId}/state?revision=${stored.length - 1}`);
        expect(body.state).toBe('completed');
      },
      async stop() {
        await stop();
        await telemetry.stop();
      },
    };
  });

  it('is in the metadata of every stored event, beside the id of the request', () => {
    expect(stored.length).toBeGreaterThan(9);
    for (const { metadata } of stored) {
      expect(metadata).toMatchObject({ tenant: 'default', correlationId: correlation });
      expect(metadata.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    }
  });
});
