import type { Finding, SchemaPair } from './finding.js';
import type { Judged, Setting } from './setting.js';
import type { SchemaWalk } from './walk.js';

/** How schemas are read and judged. */
export interface SchemaDialect {
  /** Made once for each comparison: finds what differs between the schemas of a pair, and adds its children. */
  comparer(walk: SchemaWalk): (pair: SchemaPair) => void;
  /** The rules that a finding falls under where it is used; none when it does not matter there. */
  rulesOf(finding: Finding, pair: SchemaPair, setting: Setting): readonly Judged[];
  /** What is inside of a read-only property is not looked at in requests, nor that of a write-only one in responses. */
  readonly hidesOneWay: boolean;
  /** Whether a component is looked into again inside of itself. */
  readonly reentersComponents: boolean;
}
