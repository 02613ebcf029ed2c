import type { Json } from '../../json.js';
import { brief, type Area, type OperationRef } from '../change.js';
import { operationKey, type Report, type Root } from '../report.js';
import { fill, sentence } from '../words.js';
import type { Edge, Finding, SchemaPair } from './finding.js';
import { collect, componentName, isShared, OpenComponents, type LocalFinding, type Unit } from './units.js';
import { rulesOf } from './rule-of.js';
import type { Direction, Judged, Scope, Setting } from './setting.js';
import type { CompareOptions, Stability } from '../options.js';

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
  readonly pointer: { before: string; after: string };
  /** Stability of the operation; undefined when it is not a known level. */
  readonly level: Stability | undefined;
  /** Repeated parameters (`?a=1&a=2`) make an array. */
  readonly repeats?: boolean;
  /** Where a parameter goes: `query`, `path`, `header` or `cookie`. */
  readonly place?: string;
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
  /** Only oasdiff minds. */
  readonly open: OpenComponents | undefined;
  readonly queue: Visit[];
}

/**
 * Turns findings into reports for each operation that can reach them. A component's findings are kept
 * once; every use of it adds its operation to them.
 */
export class SchemaUses {
  readonly #units = new Map<SchemaPair, Map<string, Unit>>();
  #unitCount = 0;
  /** What the current operation has reached, by kind of use. */
  readonly #reached = new Map<string, Set<number>>();
  #current: OperationRef | undefined;
  readonly #field: boolean;

  readonly #report: Report;
  readonly #options: CompareOptions;

  constructor(report: Report, options: CompareOptions) {
    this.#report = report;
    this.#options = options;

    this.#field = options.levels === 'oasdiff';
  }

  add(edge: Edge, use: SchemaUse): void {
    if (use.operation !== this.#current) this.#reached.clear();
    this.#current = use.operation;
    const kind = kindOf(use, this.#report.isQuiet);
    let reached = this.#reached.get(kind);
    if (reached === undefined) this.#reached.set(kind, (reached = new Set()));
    const queue: Visit[] = [{ edge, root: true, done: false }];
    const descent = { use, kind, reached, open: this.#field ? new OpenComponents() : undefined, queue };
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (next.done) descent.open?.leave(next.edge);
      else if (!descent.open?.has(next.edge)) this.#visit(next, descent);
    }
  }

  #visit({ edge, root }: Visit, { use, kind, reached, open, queue }: Descent): void {
    const unit = this.#unit(edge, root ? use : undefined);
    const key = unit.id * 2 + (root ? 1 : 0);
    if (reached.has(key)) return;
    reached.add(key);
    for (const found of unit.findings) this.#emit(found, unit, use, { kind, root: root && found.root });
    open?.enter(edge);
    if (open !== undefined) queue.push({ edge, root, done: true });
    for (const link of unit.links) queue.push({ edge: link, root: false, done: false });
  }

  #emit(found: LocalFinding, unit: Unit, use: SchemaUse, { kind, root }: { kind: string; root: boolean }): void {
    const key = root ? kind : `${kind} inside`;
    const known = found.reported.get(key);
    if (known !== undefined) {
      for (const each of known) this.#report.reach(each, use.operation);
      return;
    }
    const scope: Scope = root ? use.scope : use.scope === 'body' ? 'property' : `${use.scope}-property`;
    const setting: Setting = {
      direction: use.direction,
      scope,
      typed: use.typed,
      repeats: use.repeats === true,
      place: use.place,
      alwaysGiven: use.alwaysGiven === true,
      level: use.level,
      options: this.#options,
    };
    const roots = rulesOf(found.finding, found.pair, setting).flatMap(
      (judged) => this.#addJudged(found, unit, use, judged, root) ?? [],
    );
    if (unit.name !== '') found.reported.set(key, roots);
  }

  #addJudged(found: LocalFinding, unit: Unit, use: SchemaUse, judged: Judged, root: boolean): Root | undefined {
    const { finding } = found;
    const shared = unit.name !== '';
    const at = finding.at ?? '';
    return this.#report.add({
      rule: judged.rule,
      area: use.scope === 'body' ? 'schema' : use.area,
      effect: judged.effect,
      ...(judged.harmless === true ? { harmless: true } : {}),
      direction: use.direction,
      place: `${shared ? '' : operationKey(use.operation ?? { method: '', path: '' })}${shared ? unit.key : use.subject} ${found.path} ${finding.name ?? ''}`,
      ...(use.operation === undefined ? {} : { operation: use.operation }),
      pointer: {
        ...(finding.kind === 'property-added' ? {} : { before: found.pointer.before + at }),
        ...(finding.kind === 'property-removed' ? {} : { after: found.pointer.after + at }),
      },
      ...values(finding, judged),
      message: this.#message(found, unit, use, judged, root),
    });
  }

  #message(found: LocalFinding, unit: Unit, use: SchemaUse, judged: Judged, root: boolean): string {
    const { finding } = found;
    const ofProperty = finding.property !== undefined;
    const path = ofProperty ? [found.path, finding.name].filter((part) => part !== '').join('/') : found.path;
    const what = path === '' ? '' : `property "${path}"`;
    const owner =
      unit.name === ''
        ? use.subject
        : root && path === ''
          ? `${wholeSubject(use)} (${unit.name})`
          : `schema ${unit.name}`;
    const where =
      unit.name === '' || (root && path === '') ? '' : use.direction === 'request' ? 'In requests, ' : 'In responses, ';
    const subject = what === '' ? owner : `${what} of ${owner}`;
    const says = fill(judged.says, {
      before: judged.before ?? brief(finding.before),
      after: judged.after ?? brief(finding.after),
      name: ofProperty ? undefined : finding.name,
    });
    return sentence(`${where}${subject} ${says}`);
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
    const name = shared ? componentName(edge.refAfter as string) : '';
    const unit: Unit = { id: this.#unitCount++, key, name, pointer, findings: [], links: [] };
    row.set(key, unit);
    const components = this.#field ? new OpenComponents() : undefined;
    components?.enter(edge);
    collect(edge.pair, { path: '', pointer }, unit, components);
    return unit;
  }
}

/** All of a use that rules depend on; uses of one kind are judged alike. */
const kindOf = (use: SchemaUse, quiet: boolean): string => {
  const flags = [use.typed, use.repeats === true, use.alwaysGiven === true, quiet]
    .map((flag) => (flag ? 1 : 0))
    .join('');
  const subject = use.scope === 'body' ? '' : use.subject;
  return `${use.direction} ${use.scope} ${use.place ?? ''} ${use.level ?? '?'} ${flags} ${subject}`;
};

/** What all uses of a shared schema have in common. */
const wholeSubject = (use: SchemaUse): string => (use.scope === 'body' ? `the ${use.direction} body` : use.subject);

const values = (finding: Finding, judged: Judged): { before?: Json; after?: Json } => {
  const before = finding.before ?? judged.before;
  const after = finding.after ?? judged.after;
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
};
