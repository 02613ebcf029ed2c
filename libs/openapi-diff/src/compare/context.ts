import { escapePointer } from '../json.js';
import type { Json } from '../json.js';
import { API_RULES } from '../rules/api-rules.js';
import type { ApiRule, ApiRuleId } from '../rules/api-rules.js';
import { brief } from './change.js';
import type { OperationRef } from './change.js';
import type { Stability } from './lifecycle.js';
import { fill, operationKey, sentence } from './report.js';
import type { Report, ReportOptions } from './report.js';
import { SchemaGraph } from './schema/graph.js';
import { SchemaUses } from './schema/uses.js';
import type { Dirt, Side } from './side.js';

export interface CompareOptions extends ReportOptions {
  /** The day that sunset dates are judged by. Default: today. */
  now?: Date;
  /** The lowest stability level whose changes are reported. Default `beta`. */
  stabilityLevel?: 'draft' | 'alpha' | 'beta' | 'stable';
  /** Least days between deprecation and sunset, by stability level. Default 0. */
  minSunsetDays?: { beta?: number; stable?: number };
  /** Add the lines of the pointers, for documents whose text is at hand. Costs a scan of the text. */
  lines?: boolean;
  /** Changes that are expected and left out. */
  ignore?: IgnoreRule[];
}

/** Leaves out changes that match every field given. */
export interface IgnoreRule {
  rule?: string;
  /** `GET /pets/{id}`; `*` for any method, and `*` in the path for anything. */
  operation?: string;
  /** A JSON pointer; it and everything below it. */
  pointer?: string;
  id?: string;
  /** Why; kept for people. */
  reason?: string;
  /** First day (ISO date) on which the rule no longer holds. */
  until?: string;
}

/** One operation on both sides, with its place in both documents. */
export interface OperationPair {
  ref: OperationRef;
  pointer: { before: string; after: string };
  /** Stability level of the new operation; undefined when it is not a known one. */
  level: Stability | undefined;
}

export interface Details {
  name?: string;
  before?: Json | undefined;
  after?: Json | undefined;
  /** Texts for the sentence where the values themselves would not read well. */
  texts?: { before?: string; after?: string };
  pointer: { before?: string; after?: string };
  operation?: OperationRef;
  /** What tells this change from others of its rule; default: name and pointer. */
  place?: string;
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

export function child(pointer: string, ...segments: string[]): string {
  return `${pointer}/${segments.map(escapePointer).join('/')}`;
}
