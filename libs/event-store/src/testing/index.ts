import { afterEach, beforeEach, describe } from '@jest/globals';
import { appendCases } from './append-cases.js';
import { faultCases } from './fault-cases.js';
import { TestStores, type ConformanceOptions, type EventStoreHarness } from './harness.js';
import { historyCases } from './history-cases.js';
import { readCases } from './read-cases.js';
import { subscriptionCases } from './subscription-cases.js';
import { unknownEventCases } from './unknown-event-cases.js';

export { given, type Given, type Outcome } from './given.js';
export type { ConformanceOptions, EventStoreHarness } from './harness.js';

/** The one suite that every adapter of the event store port passes. Each test has an empty store. */
export function eventStoreConformance(
  name: string,
  create: () => Promise<EventStoreHarness>,
  options: ConformanceOptions,
): void {
  describe(`${name} keeps the event store contract`, () => {
    let stores: TestStores;

    beforeEach(async () => {
      stores = new TestStores(await create());
      await stores.open();
    });

    afterEach(() => stores.end());

    appendCases(() => stores);
    readCases(() => stores);
    subscriptionCases(() => stores);
    historyCases(() => stores);
    faultCases(() => stores, options);
    unknownEventCases(() => stores);
  });
}
