import type { Json } from '../../json.js';
import type { Dirt, Side } from '../side.js';
import type { SchemaPair } from './finding.js';

/** What the parts of a schema comparison need of the whole. */
export interface SchemaWalk {
  readonly before: Side;
  readonly after: Side;
  readonly dirt: Dirt;
  /** Count as oasdiff does. */
  readonly field: boolean;
  /** Whether oasdiff takes an old and a new schema for the same but for words. */
  equivalent(before: Json | undefined, after: Json | undefined): boolean;
  /** Compares two schemas inside a pair; `path` is for people, the others are pointer steps. */
  child(
    pair: SchemaPair,
    before: Json | undefined,
    after: Json | undefined,
    path: string,
    at: string,
    atAfter?: string,
  ): void;
}
