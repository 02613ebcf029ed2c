import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
} from '@opentelemetry/api';

const tracer = trace.getTracer('tidemark');

export interface SpanOptions {
  /** W3C trace context of the span that caused this one; null for none: a new trace. Default: the active span. */
  readonly parent?: string | null | undefined;
  readonly kind?: keyof typeof SpanKind;
  readonly attributes?: Attributes;
}

/** Runs `work` in a span of that name; an error that leaves it is recorded. Costs almost nothing while nothing is exported. */
export function inSpan<T>(
  name: string,
  { parent, kind = 'INTERNAL', attributes = {} }: SpanOptions,
  work: () => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, { kind: SpanKind[kind], attributes }, contextOf(parent), async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The active span as a W3C `traceparent`; undefined when there is none. */
export function currentTraceparent(): string | undefined {
  if (!trace.getActiveSpan()) return undefined;
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

function contextOf(traceparent: string | null | undefined): Context {
  if (traceparent === undefined) return context.active();
  // The span that happens to be active here is unrelated.
  return traceparent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent });
}
