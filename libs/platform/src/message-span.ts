import type { Delivery, Headers, Request } from '@tidemark/messaging';
import { currentTraceparent, inSpan } from '@tidemark/telemetry';

/**
 * Handles a message in a span of its own, in the trace of the message. `work` gets the span's own `traceparent` in the
 * headers, so that its events and messages carry it on.
 */
export function inMessageSpan<R>(
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
