import { metrics, type Attributes } from '@opentelemetry/api';

export type { Attributes };

const meter = () => metrics.getMeter('tidemark');

/** Instruments bind to the provider present at their creation, so they are created at first use, after telemetry has started. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** A number that only grows; its name ends in `_total`. */
export function counter(name: string, description: string): { add(by: number, attributes?: Attributes): void } {
  const instrument = lazily(() => meter().createCounter(name, { description }));
  return { add: (by, attributes) => instrument().add(by, attributes) };
}

/** From half a millisecond to an hour: the SDK's own bounds suit milliseconds. */
const SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
];

/** A distribution of durations in seconds; its name ends in `_seconds`. */
export function histogram(
  name: string,
  description: string,
): { record(seconds: number, attributes?: Attributes): void } {
  const options = { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } };
  const instrument = lazily(() => meter().createHistogram(name, options));
  return { record: (value, attributes) => instrument().record(value, attributes) };
}

/** A value that is read whenever metrics are exported; call it when telemetry has started. */
export function observableGauge(
  name: string,
  description: string,
  read: () => Iterable<readonly [value: number, attributes: Attributes]>,
): void {
  meter()
    .createObservableGauge(name, { description })
    .addCallback((result) => {
      for (const [value, attributes] of read()) result.observe(value, attributes);
    });
}
