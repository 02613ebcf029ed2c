import type { ReadModel } from '../port.js';

/** Where a suite keeps its views: opened anew, it finds what was stored before. */
export interface ReadModelHome {
  /** A further connection to the same views, as another process or a restarted one would have. */
  open(): ReadModel;
  /** Closes what is open and deletes the data. */
  remove(): Promise<void>;
}
