import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Span {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

type Attributes = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];

/** A collector: receives OTLP over HTTP as JSON and keeps it. */
export class OtlpReceiver {
  readonly spans: Span[] = [];
  /** The metrics that arrived, by name, with the bounds of their buckets where they have any. */
  readonly metrics = new Map<string, readonly number[]>();
  /** Every body, as it was sent. */
  readonly bodies: string[] = [];
  readonly #server = createServer((request, response) => {
    void this.#take(request).then((status) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}'),
    );
  });

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    this.bodies.push(body);
    if (request.url === '/v1/traces') this.#takeSpans(JSON.parse(body));
    else if (request.url === '/v1/metrics') this.#takeMetrics(JSON.parse(body));
    else return 404;
    return 200;
  }

  #takeSpans({ resourceSpans }: any): void {
    for (const { resource, scopeSpans } of resourceSpans)
      for (const { spans } of scopeSpans)
        for (const { traceId, spanId, parentSpanId, name, attributes } of spans)
          this.spans.push({
            service: String(valuesOf(resource.attributes)['service.name']),
            ...{ traceId, spanId, name, parentSpanId: parentSpanId || undefined },
            attributes: valuesOf(attributes),
          });
  }

  #takeMetrics({ resourceMetrics }: any): void {
    for (const { scopeMetrics } of resourceMetrics)
      for (const { metrics } of scopeMetrics)
        for (const { name, histogram } of metrics)
          this.metrics.set(name, histogram?.dataPoints[0]?.explicitBounds ?? []);
  }
}

/** `{ stringValue: 'a' }` → `'a'` */
const valuesOf = (attributes: Attributes = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
