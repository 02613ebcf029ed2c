import { randomBytes } from 'node:crypto';
import { eventually } from '@tidemark/test-kit';
import type { Client } from '../../installations/client.js';
import type { OtlpReceiver, Span } from './otlp-receiver.js';
import { described } from '../../publishers/descriptions.js';
import type { Publisher } from '../../publishers/publisher.js';

export const TOKEN = 'token-of-the-source';

/** A sync that finds changes, requested by a caller in a trace of its own. */
export interface TracedSync {
  readonly traceId: string;
  /** The caller's span. */
  readonly spanId: string;
  readonly requestId: string;
  readonly jobId: string;
}

/** Ends when the job has ended and its connection has recorded the end. */
export async function tracedSync(client: Client, publisher: Publisher): Promise<TracedSync> {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const requestId = `request-${traceId}`;
  const connection = await client.connect(publisher.source(`/openapi.json?key=${TOKEN}`));
  await client.sync(connection);
  publisher.publish(described(2));
  const headers = { traceparent: `00-${traceId}-${spanId}-01`, 'x-request-id': requestId };
  const { body } = await client.post(`/v1/connections/${connection}/jobs`, { type: 'full' }, { headers });
  const jobId = body.id as string;
  await client.ended(jobId);
  await eventually(
    async () => (await client.get(`/v1/connections/${connection}`)).body.lastSync?.jobId === jobId,
    'the connection to know of the end of its job',
  );
  return { traceId, spanId, requestId, jobId };
}

/** The spans of one trace. */
export class Trace {
  readonly spans: readonly Span[];

  constructor(
    { spans }: OtlpReceiver,
    private readonly sync: TracedSync,
  ) {
    this.spans = spans.filter(({ traceId }) => traceId === sync.traceId);
  }

  named(name: string): Span[] {
    return this.spans.filter((span) => span.name === name);
  }

  /** Names from the span up to the caller's own, or to one that is unknown. */
  ancestry(span: Span): string[] {
    if (span.parentSpanId === this.sync.spanId) return [span.name, 'caller'];
    const parent = this.spans.find(({ spanId }) => spanId === span.parentSpanId);
    return [span.name, ...(parent ? this.ancestry(parent) : ['unknown'])];
  }
}
