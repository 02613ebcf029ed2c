import { metrics, type Attributes } from '@opentelemetry/api';

export type { Attributes };

const meter = () => metrics.getMeter('tidemark');

/** Instruments bind to the provider that is there when they are made: so not before the first use, when telemetry has started. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** A number that only grows; its name ends in `_total`. */
export function counter(name: string, description: string): { add(by: number, attributes?: Attributes): void } {
  const instrument = lazily(() => meter().createCounter(name, { description }));
  return { add: (by, attributes) => instrument().add(by, attributes) };
}

/** A distribution; `unit` is a UCUM unit such as `s`. */
export function histogram(
  name: string,
  description: string,
  unit: string,
): { record(value: number, attributes?: Attributes): void } {
  const instrument = lazily(() => meter().createHistogram(name, { description, unit }));
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
