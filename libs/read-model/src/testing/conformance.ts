import { describe } from '@jest/globals';
import type { ReadModel } from '../port.js';
import { describeFolding } from './folding.js';
import { describeGenerations } from './generations.js';
import { describeProjector } from './projecting.js';
import { describeQueries } from './queries.js';

/** Where a suite keeps its views: opened anew, it finds what was stored before. */
export interface ReadModelHome {
  /** A further connection to the same views, as another process or a restarted one would have. */
  open(): ReadModel;
  /** Closes what is open and deletes the data. */
  remove(): Promise<void>;
}

/** The cases that every read model must pass. `home` makes an empty place for one test. */
export function describeReadModel(name: string, home: () => Promise<ReadModelHome>): void {
  describe(`${name} as a read model`, () => {
    describeFolding(home);
    describeQueries(home);
    describeGenerations(home);
    describeProjector(home);
  });
}
