import { describe } from '@jest/globals';
import { describeFolding } from './folding.js';
import { describeGenerations } from './generations.js';
import type { ReadModelHome } from './home.js';
import { describeProjector } from './projecting.js';
import { describeQueries } from './queries.js';
import { describeRestoredLog } from './restored-log.js';

/** The cases that every read model must pass. `home` creates an empty store for one test. */
export function describeReadModel(name: string, home: () => Promise<ReadModelHome>): void {
  describe(`${name} as a read model`, () => {
    describeFolding(home);
    describeQueries(home);
    describeGenerations(home);
    describeProjector(home);
    describeRestoredLog(home);
  });
}
