import type { Json } from '../../json.js';
import { brief } from '../change.js';
import type { Area, OperationRef } from '../change.js';
import { fill, operationKey, sentence } from '../report.js';
import type { Report } from '../report.js';
import type { Edge, Finding, SchemaPair } from './finding.js';
import { ruleOf } from './rule-of.js';
import type { Direction, Judged, Scope, Setting } from './rule-of.js';
import type { CompareOptions } from '../context.js';
import type { Stability } from '../lifecycle.js';

/** A place where an operation uses a schema. */
export interface SchemaUse {
  operation: OperationRef | undefined;
  direction: Direction;
  scope: 'body' | 'parameter' | 'header';
  area: Area;
  /** False where values are written as text, so that a string takes any type. */
  typed: boolean;
  /** The thing itself (`query parameter "limit"`) and the same as the inside of a sentence. */
  subject: string;
  /** Pointers to the place of the schema. */
  pointer: { before: string; after: string };
  /** Stability of the operation; undefined when it is not a known level. */
  level: Stability | undefined;
  /** Repeated parameters (`?a=1&a=2`) make an array. */
  repeats?: boolean;
  /** Where a parameter goes: `query`, `path`, `header` or `cookie`. */
  place?: string;
  /** A parameter that must be given, before or now: its default never counts. */
  alwaysGiven?: boolean;
}

/** The part of a schema graph between two components: findings in it, and where it leads. */
interface Unit {
  key: string;
  name: string;
  pointer: { before: string; after: string };
  findings: LocalFinding[];
  links: Array<{ edge: Edge; path: string }>;
}

interface LocalFinding {
  finding: Finding;
  pair: SchemaPair;
  /** Names from the unit's root to the schema; empty at the root. */
  path: string;
  pointer: { before: string; after: string };
  root: boolean;
}

/**
 * Turns findings into reports for each operation that can reach them. A component's findings are kept
 * once; every use of it adds its operation to them.
 */
export class SchemaUses {
  private readonly units = new Map<SchemaPair, Map<string, Unit>>();

  constructor(
    private readonly report: Report,
    private readonly options: CompareOptions,
  ) {}

  add(edge: Edge, use: SchemaUse): void {
    const visited = new Set<string>();
    const start = this.unit(edge, use);
    const queue: Array<{ unit: Unit; root: boolean }> = [{ unit: start, root: true }];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const key = `${next.root ? '' : '+'}${next.unit.key}`;
      if (visited.has(key)) continue;
      visited.add(key);
      for (const found of next.unit.findings) this.emit(found, next.unit, use, next.root && found.root);
      for (const link of next.unit.links) {
        queue.push({ unit: this.unit(link.edge, undefined), root: false });
      }
    }
  }

  private emit(found: LocalFinding, unit: Unit, use: SchemaUse, root: boolean): void {
    const scope: Scope = root ? use.scope : use.scope === 'body' ? 'property' : `${use.scope}-property`;
    const setting: Setting = {
      direction: use.direction,
      scope,
      typed: use.typed,
      repeats: use.repeats === true,
      place: use.place,
      alwaysGiven: use.alwaysGiven === true,
      level: use.level,
      path: found.path,
      options: this.options,
    };
    const judged = ruleOf(found.finding, found.pair, setting);
    if (judged === undefined) return;
    const { finding } = found;
    const shared = unit.name !== '';
    const at = finding.at ?? '';
    this.report.add({
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
      message: this.message(found, unit, use, judged, root),
    });
  }

  private message(found: LocalFinding, unit: Unit, use: SchemaUse, judged: Judged, root: boolean): string {
    const { finding } = found;
    const ofProperty = finding.property !== undefined;
    const path = ofProperty ? [found.path, finding.name].filter((part) => part !== '').join('/') : found.path;
    const what = path === '' ? '' : `property "${path}"`;
    const owner =
      unit.name === '' ? use.subject : root && path === '' ? `${use.subject} (${unit.name})` : `schema ${unit.name}`;
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

  private unit(edge: Edge, use: SchemaUse | undefined): Unit {
    const shared = isShared(edge);
    const key = shared ? `${edge.refBefore} ${edge.refAfter}` : `${use?.pointer.before} ${use?.pointer.after}`;
    let row = this.units.get(edge.pair);
    if (row === undefined) this.units.set(edge.pair, (row = new Map<string, Unit>()));
    const known = row.get(key);
    if (known !== undefined) return known;
    const pointer = shared
      ? { before: (edge.refBefore as string).slice(1), after: (edge.refAfter as string).slice(1) }
      : (use?.pointer ?? { before: '', after: '' });
    const name = shared ? componentName(edge.refAfter as string) : '';
    const unit: Unit = { key, name, pointer, findings: [], links: [] };
    row.set(key, unit);
    collect(edge.pair, '', pointer, true, unit);
    return unit;
  }
}

/** Gathers a pair's findings and those of its inline children, down to the next components. */
function collect(
  pair: SchemaPair,
  path: string,
  pointer: { before: string; after: string },
  root: boolean,
  unit: Unit,
): void {
  for (const finding of pair.findings) unit.findings.push({ finding, pair, path, pointer, root });
  for (const edge of pair.children) {
    const inside = joinPath(path, edge.step.path);
    if (isShared(edge)) unit.links.push({ edge, path: inside });
    else
      collect(
        edge.pair,
        inside,
        {
          before: placeOf(edge.refBefore, pointer.before + edge.step.before),
          after: placeOf(edge.refAfter, pointer.after + edge.step.after),
        },
        false,
        unit,
      );
  }
}

function placeOf(ref: string | undefined, inline: string): string {
  return ref === undefined ? inline : ref.slice(1);
}

/** Only when both sides refer to a component can the finding live there; else it belongs to its user. */
function isShared(edge: Edge): boolean {
  return edge.refBefore !== undefined && edge.refAfter !== undefined;
}

function joinPath(path: string, step: string): string {
  return path === '' ? step : step === '' ? path : `${path}/${step}`;
}

function componentName(ref: string): string {
  return ref
    .slice(ref.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

function values(finding: Finding, judged: Judged): { before?: Json; after?: Json } {
  const before = finding.before ?? judged.before;
  const after = finding.after ?? judged.after;
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
