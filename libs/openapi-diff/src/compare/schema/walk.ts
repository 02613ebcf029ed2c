import type { Both } from '../../both.js';
import type { Json } from '../../json.js';
import type { ChangedComponents } from '../changed-components.js';
import type { Side } from '../side.js';
import type { SchemaPair, Step } from './finding.js';

/** What the parts of a schema comparison need of the whole. */
export interface SchemaWalk extends Both<Side> {
  readonly changed: ChangedComponents;
  /** Compares two schemas inside a pair. */
  child(pair: SchemaPair, schemas: Both<Json | undefined>, step: Step): void;
}
