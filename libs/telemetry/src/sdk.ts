import { hostname } from 'node:os';
import { withTimeout } from '@tidemark/foundation';

export interface TelemetryOptions {
  /** The service's name in traces and metrics. */
  readonly service: string;
  /** OTLP over HTTP: `http://collector:4318`. Undefined: nothing is recorded. */
  readonly endpoint?: string | undefined;
}

export interface Telemetry {
  /** Sends the remaining data; waits at most two seconds for a collector that does not respond. */
  stop(): Promise<void>;
}

const METRICS_EVERY_MS = 15_000;
const STOP_WITHIN_MS = 2_000;

/** Sends traces and metrics of this process to the collector. Call it once, before anything else starts. */
export async function startTelemetry({ service, endpoint }: TelemetryOptions): Promise<Telemetry> {
  if (endpoint === undefined) return { stop: async () => undefined };
  // Loaded only when used: the SDK takes longer to load than everything else together.
  const [{ NodeSDK }, { OTLPTraceExporter }, { OTLPMetricExporter }, { PeriodicExportingMetricReader }] =
    await Promise.all([
      import('@opentelemetry/sdk-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/exporter-metrics-otlp-http'),
      import('@opentelemetry/sdk-metrics'),
    ]);
  // Replicas of a service must not overwrite each other's series.
  process.env['OTEL_RESOURCE_ATTRIBUTES'] ??= `service.instance.id=${hostname()}-${process.pid}`;
  const base = endpoint.replace(/\/$/, '');
  const sdk = new NodeSDK({
    serviceName: service,
    traceExporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }),
    metricReaders: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${base}/v1/metrics` }),
        exportIntervalMillis: METRICS_EVERY_MS,
      }),
    ],
    instrumentations: [],
  });
  sdk.start();
  return {
    stop: () =>
      withTimeout(
        sdk.shutdown().catch(() => {}),
        STOP_WITHIN_MS,
        () => {},
      ),
  };
}
