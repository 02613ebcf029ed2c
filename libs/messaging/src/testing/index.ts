import { describe } from '@jest/globals';
import { consumeCases } from './consume.cases.js';
import { deadLetterCases } from './dead-letters.cases.js';
import { relayCases } from './relay.cases.js';
import { requestCases } from './requests.cases.js';
import { shareCases } from './shares.cases.js';
import type { OpenWorld } from './world.js';

export type { BrokerWorld, OpenWorld } from './world.js';

/** The guarantees of every broker; `open` creates a fresh world for each test. */
export function brokerConformance(name: string, open: OpenWorld): void {
  describe(`${name} is a broker`, () => {
    requestCases(open);
    consumeCases(open);
    relayCases(open);
    deadLetterCases(open);
    shareCases(open);
  });
}
