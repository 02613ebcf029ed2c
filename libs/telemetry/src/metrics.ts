import { metrics, type Attributes } from '@opentelemetry/api';

export type { Attributes };

const meter = metrics.getMeter('tidemark');

/** A number that only grows; its name ends in `_total`. */
export const counter = (name: string, description: string) => meter.createCounter(name, { description });

/** A distribution; `unit` is a UCUM unit such as `s`. */
export const histogram = (name: string, description: string, unit: string) =>
  meter.createHistogram(name, { description, unit });

/** A value that is read whenever metrics are exported. */
export function observableGauge(
  name: string,
  description: string,
  read: () => Iterable<readonly [value: number, attributes: Attributes]>,
): void {
  meter.createObservableGauge(name, { description }).addCallback((result) => {
    for (const [value, attributes] of read()) result.observe(value, attributes);
  });
}
