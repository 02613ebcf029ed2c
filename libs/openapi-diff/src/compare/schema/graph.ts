import type { Both } from '../../both.js';
import type { Json, JsonObject } from '../../json.js';
import type { ChangedComponents } from '../changed-components.js';
import type { Side } from '../side.js';
import type { SchemaDialect } from './dialect.js';
import type { Edge, SchemaPair, Step } from './finding.js';
import type { SchemaWalk } from './walk.js';

/**
 * Compares schemas. Every pair of schemas is compared once, however many places use it; the result is
 * a graph that mirrors the references and is closed over cycles.
 */
export class SchemaGraph implements SchemaWalk {
  readonly #compare: (pair: SchemaPair) => void;
  readonly #pairs = new Map<JsonObject, Map<JsonObject, SchemaPair>>();
  readonly #waiting: SchemaPair[] = [];
  #isComparing = false;

  constructor(
    readonly before: Side,
    readonly after: Side,
    readonly changed: ChangedComponents,
    dialect: SchemaDialect,
  ) {
    this.#compare = dialect.comparer(this);
  }

  /** The comparison of two schemas as they are written; undefined when nothing differs. */
  edge(before: Json | undefined, after: Json | undefined, step: Step): Edge | undefined {
    if (this.changed.isUnchanged(before, after)) return undefined;
    const resolved = { before: this.before.resolve(before), after: this.after.resolve(after) };
    if (this.changed.isUnchanged(resolved.before.node, resolved.after.node)) return undefined;
    const pair = this.#pair(resolved.before.node, resolved.after.node);
    this.#compareWaiting();
    return { step, pair, refBefore: resolved.before.ref, refAfter: resolved.after.ref };
  }

  child(pair: SchemaPair, { before, after }: Both<Json | undefined>, step: Step): void {
    const edge = this.edge(before, after, step);
    if (edge !== undefined) pair.children.push(edge);
  }

  #pair(before: JsonObject, after: JsonObject): SchemaPair {
    let row = this.#pairs.get(before);
    if (row === undefined) this.#pairs.set(before, (row = new Map<JsonObject, SchemaPair>()));
    const known = row.get(after);
    if (known !== undefined) return known;
    const pair: SchemaPair = { before, after, findings: [], children: [] };
    row.set(after, pair);
    this.#waiting.push(pair);
    return pair;
  }

  /** One after the other, not one inside the other: references may lead on for thousands of schemas. */
  #compareWaiting(): void {
    if (this.#isComparing) return;
    this.#isComparing = true;
    for (let pair = this.#waiting.pop(); pair !== undefined; pair = this.#waiting.pop()) this.#compare(pair);
    this.#isComparing = false;
  }
}
