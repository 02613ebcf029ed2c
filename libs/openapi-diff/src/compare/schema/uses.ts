import type { Both } from '../../both.js';
import { operationKey, type Area, type OperationRef } from '../../change.js';
import type { Json } from '../../json.js';
import { nameOfRef } from '../../pointers.js';
import type { Direction } from '../../rules/rule.js';
import type { Scope } from '../../rules/schema-rules.js';
import type { CompareOptions, Stability } from '../options.js';
import type { Report, Root } from '../report.js';
import { brief, fill, sentence } from '../words.js';
import type { SchemaDialect } from './dialect.js';
import type { Edge, Finding, SchemaPair } from './finding.js';
import { pathWords } from './path-words.js';
import type { Judged, Setting } from './setting.js';
import { collect, isShared, OpenComponents, type Hidden, type LocalFinding, type Unit } from './units.js';

/** A place where an operation uses a schema. */
export interface SchemaUse {
  readonly operation: OperationRef | undefined;
  readonly direction: Direction;
  readonly scope: 'body' | 'parameter' | 'header';
  readonly area: Area;
  /** False where values are written as text, so that a string takes any type. */
  readonly typed: boolean;
  /** The thing itself (`query parameter "limit"`) and the same as the inside of a sentence. */
  readonly subject: string;
  /** Pointers to the place of the schema. */
  readonly pointer: Both<string>;
  /** Stability of the operation; undefined when it is not a known level. */
  readonly level: Stability | undefined;
  /** Repeated parameters (`?a=1&a=2`) make an array. */
  readonly repeats?: boolean;
  /** The webhook or callback that it belongs to: `webhook "paid"`. */
  readonly outgoing?: string;
  /** Where a parameter goes: `query`, `path`, `header` or `cookie`. */
  readonly place?: string;
  /** What several operations share and the schema stands in: a response, a parameter. */
  readonly owner?: string;
  /** A parameter that must be given, before or now: its default never counts. */
  readonly alwaysGiven?: boolean;
}

/** A step on the way down from a use, or back up. */
interface Visit {
  readonly edge: Edge;
  readonly root: boolean;
  readonly done: boolean;
}

/** The way down from one use: what was reached, what is open, and what is left. */
interface Descent {
  readonly use: SchemaUse;
  readonly kind: string;
  readonly reached: Set<number>;
  readonly open: OpenComponents | undefined;
  readonly queue: Visit[];
}

/** A finding of a unit where it is used; `root` when it is about the used schema itself. */
interface Found {
  readonly local: LocalFinding;
  readonly unit: Unit;
  readonly use: SchemaUse;
  readonly root: boolean;
}

/**
 * Turns findings into reports for each operation that can reach them. A component's findings are kept
 * once; every use of it adds its operation to them.
 */
export class SchemaUses {
  readonly #report: Report;
  readonly #dialect: SchemaDialect;
  readonly #options: CompareOptions;
  readonly #units = new Map<SchemaPair, Map<string, Unit>>();
  #unitCount = 0;
  /** What the current operation has reached, by kind of use. */
  readonly #reached = new Map<string, Set<number>>();
  #current: OperationRef | undefined;

  constructor(report: Report, dialect: SchemaDialect, options: CompareOptions) {
    this.#report = report;
    this.#dialect = dialect;
    this.#options = options;
  }

  add(edge: Edge, use: SchemaUse): void {
    if (use.operation !== this.#current) this.#reached.clear();
    this.#current = use.operation;
    const kind = kindOf(use, this.#report.isHarmless);
    let reached = this.#reached.get(kind);
    if (reached === undefined) this.#reached.set(kind, (reached = new Set()));
    const queue: Visit[] = [{ edge, root: true, done: false }];
    const descent = { use, kind, reached, open: this.#openComponents(), queue };
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (next.done) descent.open?.leave(next.edge);
      else if (!descent.open?.has(next.edge)) this.#visit(next, descent);
    }
  }

  #openComponents(): OpenComponents | undefined {
    return this.#dialect.reentersComponents ? undefined : new OpenComponents();
  }

  #visit({ edge, root }: Visit, { use, kind, reached, open, queue }: Descent): void {
    const unit = this.#unit(edge, root ? use : undefined);
    const key = unit.id * 2 + (root ? 1 : 0);
    if (reached.has(key)) return;
    reached.add(key);
    for (const local of unit.findings) this.#emit({ local, unit, use, root: root && local.root }, kind);
    open?.enter(edge);
    if (open !== undefined) queue.push({ edge, root, done: true });
    for (const link of unit.links)
      if (!this.#isHidden(link, use)) queue.push({ edge: link.edge, root: false, done: false });
  }

  #emit(found: Found, kind: string): void {
    const { local, unit, use, root } = found;
    if (this.#isHidden(local, use)) return;
    const key = root ? kind : `${kind} inside`;
    const known = local.reported.get(key);
    if (known !== undefined) {
      for (const each of known) this.#report.reach(each, use.operation);
      return;
    }
    const roots = this.#dialect
      .rulesOf(local.finding, local.pair, this.#setting(use, root))
      .flatMap((judged) => this.#addJudged(found, judged) ?? []);
    if (unit.name !== '') local.reported.set(key, roots);
  }

  #isHidden({ unsent, unread }: Hidden, { direction }: SchemaUse): boolean {
    return this.#dialect.hidesOneWay && (direction === 'request' ? unsent : unread);
  }

  #setting(use: SchemaUse, root: boolean): Setting {
    const scope: Scope = root ? use.scope : use.scope === 'body' ? 'property' : `${use.scope}-property`;
    return {
      direction: use.direction,
      scope,
      typed: use.typed,
      repeats: use.repeats === true,
      place: use.place,
      alwaysGiven: use.alwaysGiven === true,
      level: use.level,
      options: this.#options,
    };
  }

  #addJudged(found: Found, judged: Judged): Root | undefined {
    const { local, unit, use } = found;
    const { finding, path, pointer } = local;
    const user = use.owner ?? `${use.operation ? operationKey(use.operation) : ' '}${use.subject}`;
    const owner = unit.name === '' ? user : unit.key;
    const at = finding.at ?? '';
    return this.#report.add({
      rule: judged.rule,
      area: use.scope === 'body' ? 'schema' : use.area,
      harmless: judged.harmless,
      place: `${owner} ${path} ${finding.name ?? ''}`,
      operation: use.operation,
      pointer: {
        ...(finding.kind !== 'property-added' && { before: pointer.before + at }),
        ...(finding.kind !== 'property-removed' && { after: pointer.after + at }),
      },
      ...valuesOf(finding, judged),
      message: messageOf(found, judged),
    });
  }

  #unit(edge: Edge, use: SchemaUse | undefined): Unit {
    const shared = isShared(edge);
    const key = shared ? `${edge.refBefore} ${edge.refAfter}` : `${use?.pointer.before} ${use?.pointer.after}`;
    let row = this.#units.get(edge.pair);
    if (row === undefined) this.#units.set(edge.pair, (row = new Map<string, Unit>()));
    const known = row.get(key);
    if (known !== undefined) return known;
    const pointer = shared
      ? { before: (edge.refBefore as string).slice(1), after: (edge.refAfter as string).slice(1) }
      : (use?.pointer ?? { before: '', after: '' });
    const name = shared ? nameOfRef(edge.refAfter as string) : '';
    const unit: Unit = { id: this.#unitCount++, key, name, pointer, findings: [], links: [] };
    row.set(key, unit);
    const components = this.#openComponents();
    components?.enter(edge);
    collect(edge.pair, { path: '', pointer, unsent: false, unread: false }, unit, components);
    return unit;
  }
}

const messageOf = ({ local, unit, use, root }: Found, judged: Judged): string => {
  const { finding } = local;
  const ofProperty = finding.property !== undefined;
  const path = ofProperty ? [local.path, finding.name].filter((part) => part !== '').join('/') : local.path;
  const isWhole = root && path === '';
  // What all uses of a shared schema have in common.
  const whole = use.scope === 'body' && use.outgoing === undefined ? `the ${use.direction} body` : use.subject;
  const owner = unit.name === '' ? use.subject : isWhole ? `${whole} (${unit.name})` : `schema ${unit.name}`;
  const where = unit.name === '' || isWhole ? '' : `In ${holderOf(use)}, `;
  const says = fill(judged.rule.says, {
    before: judged.before ?? finding.words?.before ?? brief(finding.before),
    after: judged.after ?? finding.words?.after ?? brief(finding.after),
    name: ofProperty ? undefined : finding.name,
  });
  return sentence(`${where}${pathWords(path)}${owner} ${says}`);
};

/** `requests`, `responses`, `webhooks`, `answers to callbacks`. */
const holderOf = ({ direction, outgoing }: SchemaUse): string => {
  if (outgoing === undefined) return `${direction}s`;
  const holders = outgoing.startsWith('webhook') ? 'webhooks' : 'callbacks';
  return direction === 'response' ? holders : `answers to ${holders}`;
};

/** All of a use that rules depend on; uses of one kind are judged alike. */
const kindOf = (use: SchemaUse, harmless: boolean): string => {
  const flags = [use.typed, use.repeats === true, use.alwaysGiven === true, harmless]
    .map((flag) => (flag ? 1 : 0))
    .join('');
  const subject = use.scope === 'body' ? '' : use.subject;
  return `${use.direction} ${use.scope} ${use.place ?? ''} ${use.level ?? '?'} ${flags} ${use.outgoing ?? ''} ${subject}`;
};

const valuesOf = (finding: Finding, judged: Judged): Partial<Both<Json>> => {
  const before = finding.before ?? judged.before;
  const after = finding.after ?? judged.after;
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
};
