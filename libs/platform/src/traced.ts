import type { Broker, Delivery, Headers, Request } from '@tidemark/messaging';
import { currentTraceparent, inSpan } from '@tidemark/telemetry';

/**
 * The broker with a span around whatever is served or consumed on it, in the trace of the message. The handler gets the
 * span's own `traceparent` in the headers: what it stores and sends is known to come from there.
 */
export function traced(broker: Broker): Broker {
  return {
    serve: (subject, handler) =>
      broker.serve(subject, (request) =>
        spanning('SERVER', request, (headers) =>
          handler({ subject: request.subject, data: request.data, headers } as never),
        ),
      ),
    consume: (options, handler) =>
      broker.consume(options, (delivery) =>
        spanning('CONSUMER', delivery, (headers) => handler(withHeaders(delivery, headers) as never)),
      ),
    publish: (message) => broker.publish(message),
    request: (subject, data, options) => broker.request(subject, data, options),
    broadcast: (subject, data, headers) => broker.broadcast(subject, data, headers),
    listen: (subject, handler) => broker.listen(subject, handler),
    relay: (options) => broker.relay(options),
    ping: () => broker.ping(),
    close: () => broker.close(),
  };
}

function spanning<R>(
  kind: 'SERVER' | 'CONSUMER',
  { subject, headers, data }: Request | Delivery,
  work: (headers: Headers) => Promise<R> | R,
): Promise<R> {
  const { tenant, jobId, connectionId } = (data ?? {}) as Partial<Record<'tenant' | 'jobId' | 'connectionId', unknown>>;
  const attributes = {
    'messaging.destination.name': subject,
    ...(typeof tenant === 'string' && { 'tidemark.tenant': tenant }),
    ...(typeof jobId === 'string' && { 'tidemark.job': jobId }),
    ...(typeof connectionId === 'string' && { 'tidemark.connection': connectionId }),
  };
  const parent = headers['traceparent'] ?? null;
  return inSpan(subject.replace('tidemark.', ''), { parent, kind, attributes }, async () => {
    const traceparent = currentTraceparent();
    return work(traceparent === undefined ? headers : { ...headers, traceparent });
  });
}

const withHeaders = (delivery: Delivery, headers: Headers): Delivery => ({
  subject: delivery.subject,
  id: delivery.id,
  data: delivery.data,
  headers,
  deliveryCount: delivery.deliveryCount,
  deliverySequence: delivery.deliverySequence,
  signal: delivery.signal,
  extend: () => delivery.extend(),
});
