import { escapePointer, type Json } from '../json.js';
import { API_RULES, type ApiRule, type ApiRuleId } from '../rules/api-rules.js';
import { brief, type OperationRef } from './change.js';
import type { CompareOptions, Stability } from './options.js';
import { operationKey, type Report } from './report.js';
import { SchemaGraph } from './schema/graph.js';
import { SchemaUses } from './schema/uses.js';
import type { Dirt, Side } from './side.js';
import { fill, sentence } from './words.js';

/** One operation on both sides, with its place in both documents. */
export interface OperationPair {
  readonly ref: OperationRef;
  readonly pointer: { before: string; after: string };
  /** Stability level of the new operation; undefined when it is not a known one. */
  readonly level: Stability | undefined;
}

export interface Details {
  readonly name?: string;
  readonly before?: Json | undefined;
  readonly after?: Json | undefined;
  /** Texts for the sentence where the values themselves would not read well. */
  readonly texts?: { before?: string; after?: string };
  readonly pointer: { before?: string; after?: string };
  readonly operation?: OperationRef;
  /** What tells this change from others of its rule; default: name and pointer. */
  readonly place?: string;
}

/** Everything that the parts of a comparison share. */
export class Comparison {
  readonly graph: SchemaGraph;
  readonly uses: SchemaUses;
  /** Report exactly what oasdiff does, also where it looks away. */
  readonly field: boolean;

  constructor(
    readonly before: Side,
    readonly after: Side,
    readonly dirt: Dirt,
    readonly report: Report,
    readonly options: CompareOptions,
  ) {
    this.field = options.levels === 'oasdiff';
    this.graph = new SchemaGraph(before, after, dirt, this.field);
    this.uses = new SchemaUses(report, options);
  }

  /** Reports a change under a rule of the table. */
  add(rule: ApiRuleId, details: Details): void {
    const { area, effect, direction, says } = API_RULES[rule] as ApiRule;
    const { operation, name, before, after, pointer } = details;
    const text = fill(says, {
      before: details.texts?.before ?? brief(before),
      after: details.texts?.after ?? brief(after),
      name,
      operation: operation === undefined ? 'the operation' : `${operation.method.toUpperCase()} ${operation.path}`,
    });
    this.report.add({
      rule,
      area,
      effect,
      ...(direction === undefined ? {} : { direction }),
      place: `${operation === undefined ? '' : operationKey(operation)} ${details.place ?? name ?? ''}`,
      ...(operation === undefined ? {} : { operation }),
      pointer,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      message: sentence(text),
    });
  }
}

export const child = (pointer: string, ...segments: string[]): string =>
  `${pointer}/${segments.map(escapePointer).join('/')}`;
