import type { Both } from '../../both.js';
import type { Root } from '../report.js';
import type { Edge, Finding, SchemaPair } from './finding.js';

/** The part of a schema graph between two components: findings in it, and where it leads. */
export interface Unit {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly pointer: Both<string>;
  readonly findings: LocalFinding[];
  readonly links: Link[];
}

/** What is inside a property that only one side sends. */
export interface Hidden {
  /** Below one that is read-only: callers do not send it. */
  readonly unsent: boolean;
  /** Below one that is write-only: callers do not get it. */
  readonly unread: boolean;
}

export interface Link extends Hidden {
  readonly edge: Edge;
}

export interface LocalFinding extends Hidden {
  readonly finding: Finding;
  readonly pair: SchemaPair;
  /** Names from the unit's root to the schema; empty at the root. */
  readonly path: string;
  readonly pointer: Both<string>;
  readonly root: boolean;
  /** What was reported of it already, by kind of use; only where the schema is shared. */
  readonly reported: Map<string, readonly Root[]>;
}

/** The components that are being looked into, for a dialect that does not look into one again. */
export class OpenComponents {
  readonly #before = new Set<string>();
  readonly #after = new Set<string>();

  /** Whether a component is open already on either side. */
  has({ refBefore, refAfter }: Edge): boolean {
    return this.#before.has(refBefore ?? '') || this.#after.has(refAfter ?? '');
  }

  enter({ refBefore, refAfter }: Edge): void {
    if (refBefore !== undefined) this.#before.add(refBefore);
    if (refAfter !== undefined) this.#after.add(refAfter);
  }

  leave({ refBefore, refAfter }: Edge): void {
    if (refBefore !== undefined) this.#before.delete(refBefore);
    if (refAfter !== undefined) this.#after.delete(refAfter);
  }
}

/** Gathers a pair's findings and those of its inline children, down to the next components. */
export const collect = (
  pair: SchemaPair,
  { path, pointer, unsent, unread }: Pick<LocalFinding, 'path' | 'pointer' | keyof Hidden>,
  unit: Unit,
  components: OpenComponents | undefined,
  open = new Set<SchemaPair>(),
): void => {
  // Where only one side has a component, inline children can lead back in a circle.
  if (open.has(pair)) return;
  const root = open.size === 0;
  open.add(pair);
  const inner = root
    ? { unsent, unread }
    : { unsent: unsent || isMarked(pair, 'readOnly'), unread: unread || isMarked(pair, 'writeOnly') };
  for (const finding of pair.findings) {
    // What is found of a property's own parts is inside of it.
    const hidden = finding.property === undefined ? { unsent, unread } : inner;
    unit.findings.push({ finding, pair, path, pointer, root, reported: new Map(), ...hidden });
  }
  for (const edge of pair.children) {
    if (isShared(edge)) {
      unit.links.push({ edge, ...inner });
      continue;
    }
    if (components?.has(edge) === true) continue;
    const inside = {
      ...inner,
      path: joinPath(path, edge.step.path),
      pointer: {
        before: placeOf(edge.refBefore, pointer.before + edge.step.before),
        after: placeOf(edge.refAfter, pointer.after + edge.step.after),
      },
    };
    components?.enter(edge);
    collect(edge.pair, inside, unit, components, open);
    components?.leave(edge);
  }
  open.delete(pair);
};

/** Whether both sides say that a value goes one way only. */
const isMarked = ({ before, after }: SchemaPair, flag: 'readOnly' | 'writeOnly'): boolean =>
  before[flag] === true && after[flag] === true;

const placeOf = (ref: string | undefined, inline: string): string => (ref === undefined ? inline : ref.slice(1));

/** Only when both sides refer to a component can the finding live there; else it belongs to its user. */
export const isShared = (edge: Edge): boolean => edge.refBefore !== undefined && edge.refAfter !== undefined;

const joinPath = (path: string, step: string): string => (path === '' ? step : step === '' ? path : `${path}/${step}`);
