import { given, type Both } from '../both.js';
import { operationKey, operationText, type Change, type OperationRef } from '../change.js';
import { asObject, own, type Json } from '../json.js';
import type { CanonicalApi } from '../normalize/normalize.js';
import { inside } from '../pointers.js';
import { apiRule, type ApiRuleId } from '../rules/api-rules.js';
import type { Direction } from '../rules/rule.js';
import { ChangedComponents } from './changed-components.js';
import type { MediaMatch, MediaReading } from './media-types.js';
import type { CompareOptions, Stability } from './options.js';
import type { Parameter, ParameterMatch, ParameterOwner, Parameters } from './parameter.js';
import type { PathItem } from './paths.js';
import type { Report, SeverityOf } from './report.js';
import type { SchemaDialect } from './schema/dialect.js';
import { NOWHERE } from './schema/finding.js';
import { SchemaGraph } from './schema/graph.js';
import { SchemaUses, type SchemaUse } from './schema/uses.js';
import type { SecurityMove } from './security-moves.js';
import type { Side } from './side.js';
import { brief, fill, sentence } from './words.js';

/** Parts of a description that a dialect may overlook. */
export type Part =
  /** The inside of webhooks and callbacks. */
  | 'outgoing'
  | 'parameter-content'
  /** Operations below the stability that is reported: their changes are harmless. */
  | 'unstable-operations'
  /** `2XX` and `default`, when they are added or removed. */
  | 'response-ranges'
  /** The schema of a header, when it is added or removed. */
  | 'header-schemas'
  /** All flows of OAuth but the implicit one. */
  | 'other-flows';

/** How descriptions are read and judged. */
export interface Dialect {
  /** Null and exclusive bounds stay in the words of their version where both documents have the same. */
  readonly readsAsWritten: boolean;
  /** Keywords beside a reference replace those of its target, or are demanded in addition. */
  readonly conjoinsReferences: boolean;
  readonly severityOf: SeverityOf;
  readonly overlooks: ReadonlySet<Part>;
  /** Whether schemas that are added or removed with their uses are reported as well. */
  readonly reportsUsedSchemas: boolean;
  /** A removed path is judged by all its operations, and not each of them by itself. */
  readonly judgesPathsAsOne: boolean;
  /** The path items of both descriptions in pairs, in the order in which they are compared. */
  pairPaths(apis: Both<CanonicalApi>, prefixes?: readonly string[]): readonly Both<PathItem>[];
  readParameters(side: Side, owner: ParameterOwner): Parameters;
  matchParameters(
    sides: Both<Side>,
    parameters: Both<Parameters>,
    renamed: ReadonlyMap<string, string>,
  ): ParameterMatch;
  /** The schemas of a parameter as they are compared; undefined where as they are written. */
  readonly parameterSchemas?: (sides: Both<Side>, schemas: Both<Json | undefined>) => Both<Json | undefined>;
  /** Parameters new to a path, where they are judged apart from those of its operations; else undefined. */
  readonly addedToPath?: (
    sides: Both<Side>,
    path: Both<PathItem>,
    renamed: ReadonlyMap<string, string>,
  ) => readonly Parameter[];
  /** Whether values of a media type have types of their own; in forms, XML and plain text all is text. */
  isTyped(mediaType: string): boolean;
  readonly media: MediaReading | undefined;
  /** The rule for a media type that has another name; undefined where that means the same. */
  renamedMedia(media: MediaMatch, direction: Direction): ApiRuleId | undefined;
  /** Headers with equal keys are the same header. */
  headerKey(name: string): string;
  /** Whether a response header is described elsewhere. */
  ignoresHeader(key: string): boolean;
  /** Responses of one side with those of the other that cover their codes. */
  readonly coveredResponses?: (
    sides: Both<Side>,
    entries: readonly Entry[],
    responses: Both<Json | undefined>,
  ) => readonly Entry[];
  /** The security requirements of an operation, from its own and those of the API. */
  operationSecurity(own: Both<Json | undefined>, api: Both<Json | undefined>): Both<Json | undefined>;
  securityMoves(
    requirements: Both<Json | undefined>,
    of: 'operation' | 'api',
    sides: Both<Side>,
  ): readonly SecurityMove[];
  /** What is known of the use of security schemes, where those that nothing uses do not count. */
  readonly securityUse?: (sides: Both<Side>) => SecurityUse;
  /** A change of a component (a response, a parameter …) is one change for all operations that refer to it. */
  readonly foldsComponents: boolean;
  readonly schemas: SchemaDialect;
}

/** How operations use security schemes. */
export interface SecurityUse {
  /** New name → old name of the schemes that are what they were. */
  readonly renamed: ReadonlyMap<string, string>;
  /** The scopes that operations demanded, by scheme. */
  readonly scopes: ReadonlyMap<string, ReadonlySet<string>>;
  /** The schemes that operations demand now. */
  readonly demanded: ReadonlySet<string>;
}

/** One operation on both sides, with its place in both documents. */
export interface OperationPair {
  readonly ref: OperationRef;
  readonly pointer: Both<string>;
  /** Stability level of the new operation; undefined when it is not a known one. */
  readonly level: Stability | undefined;
}

export interface Details extends Partial<Both<Json | undefined>> {
  readonly name?: string | undefined;
  /** Texts for the sentence where the values themselves would not read well. */
  readonly texts?: Partial<Both<string>> | undefined;
  readonly pointer: Change['pointer'];
  readonly operation?: OperationRef | undefined;
  /** It concerns nothing that callers do. */
  readonly harmless?: boolean | undefined;
  /** Distinguishes this change from others of its rule; default: the name. */
  readonly place?: string | undefined;
}

/** An entry of two maps; undefined where one does not have it. */
export interface Entry extends Both<Json | undefined> {
  readonly name: string;
  readonly pointer: Both<string>;
}

/** Everything that the parts of a comparison share. */
export class Comparison implements Both<Side> {
  readonly changed: ChangedComponents;
  readonly graph: SchemaGraph;
  readonly uses: SchemaUses;

  #owner: string | undefined;

  constructor(
    readonly before: Side,
    readonly after: Side,
    readonly dialect: Dialect,
    readonly report: Report,
    readonly options: CompareOptions,
  ) {
    this.changed = new ChangedComponents({ before: before.api, after: after.api });
    this.graph = new SchemaGraph(before, after, this.changed, dialect.schemas);
    this.uses = new SchemaUses(report, dialect.schemas, options);
  }

  /** What `run` finds belongs to what several operations share, by its name on both sides; else to the operation. */
  ownedBy(owners: Both<string | undefined>, run: () => void): void {
    const { before, after } = owners;
    const outer = this.#owner;
    if (this.dialect.foldsComponents && before !== undefined && after !== undefined) this.#owner = `${before} ${after}`;
    try {
      run();
    } finally {
      this.#owner = outer;
    }
  }

  /** Reports a change under a rule of the table. */
  add(id: ApiRuleId, { operation, name, before, after, pointer, texts, place, harmless }: Details): void {
    const rule = apiRule(id);
    const text = fill(rule.says, {
      before: texts?.before ?? brief(before),
      after: texts?.after ?? brief(after),
      name,
      operation: operation ? operationText(operation) : 'the operation',
    });
    this.report.add({
      rule,
      area: rule.area,
      harmless,
      place: `${this.#owner ?? (operation ? operationKey(operation) : '')} ${place ?? name ?? ''}`,
      operation,
      pointer,
      ...given({ before, after }),
      message: sentence(text),
    });
  }

  /** The entries of two maps that differ, in the order of their names; `at` says where the maps stand. */
  differing(before: Json | undefined, after: Json | undefined, at: Both<string>): Entry[] {
    if (this.changed.isUnchanged(before, after)) return [];
    const [mapBefore, mapAfter] = [asObject(before), asObject(after)];
    return Object.keys({ ...mapBefore, ...mapAfter })
      .sort()
      .map((name) => ({ name, before: own(mapBefore, name), after: own(mapAfter, name), pointer: inside(at, name) }))
      .filter((entry) => !this.changed.isUnchanged(entry.before, entry.after));
  }

  /** Compares the schemas of a use; both sides have one. */
  compareSchemas({ before, after }: Both<Json | undefined>, use: SchemaUse): void {
    const edge = this.graph.edge(before, after, NOWHERE);
    if (edge) this.uses.add(edge, this.#owner === undefined ? use : { ...use, owner: this.#owner });
  }
}
