import type { WriteRow } from '@tidemark/connector-sdk';
import type { JsonObject } from '@tidemark/foundation';
import type { RowKey } from './keys.js';

/** A row to write, with its key. */
export interface Change extends WriteRow {
  readonly key: RowKey;
  /** Written in place of the data. */
  readonly corrected?: JsonObject;
}
