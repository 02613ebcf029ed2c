import type { ReadModel } from '../port.js';

/** Where a suite keeps its views: reopened, it finds the views stored before. */
export interface ReadModelHome {
  /** A further connection to the same views, as another process or a restarted one would have. */
  open(): ReadModel;
  /** Closes open stores and deletes the data. */
  remove(): Promise<void>;
}
