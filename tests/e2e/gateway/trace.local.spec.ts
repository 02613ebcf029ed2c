import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTelemetry, type Telemetry } from '@tidemark/telemetry';
import { ADMIN, Edge } from '../../installations/edge.js';
import { GrpcClient } from '../../installations/grpc-client.js';
import { OtlpReceiver } from '../testing/otlp-receiver.js';

let receiver: OtlpReceiver;
let telemetry: Telemetry;
let edge: Edge;

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  telemetry = await startTelemetry({ service: 'gateway', endpoint: receiver.endpoint });
  edge = await Edge.start();
}, 30_000);
afterAll(async () => {
  await edge.close();
  await receiver.stop();
});

describe('traces', () => {
  it("continue from the caller's span, through the route's, to the stored event", async () => {
    const [traceId, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const traceparent = `00-${traceId}-${parent}-01`;
    const connectionId = await edge.connect();
    const headers = { traceparent };
    const path = `/v1/connections/${connectionId}/jobs`;
    const { body } = await edge.call('POST', path, { headers, body: { type: 'full' } });
    const client = new GrpcClient(edge.gateway.grpcAddress, ADMIN);
    await client.call('JobService', 'GetJob', { id: body.id }, headers);
    client.close();
    const [event] = await Array.fromAsync(edge.adapters.eventStore.read(`job-${body.id}`, { limit: 1 }));
    await telemetry.stop();

    const ours = receiver.spans.filter((span) => span.traceId === traceId);
    const http = ours.find(({ name }) => name === 'POST /v1/connections/:id/jobs');
    const grpc = ours.find(({ name }) => name === 'tidemark.v1.JobService/GetJob');
    expect([http?.parentSpanId, grpc?.parentSpanId]).toEqual([parent, parent]);
    expect(event!.metadata.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });
});
