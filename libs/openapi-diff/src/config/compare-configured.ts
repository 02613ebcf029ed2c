import { globOf } from '@tidemark/foundation/glob';
import type { Both } from '../both.js';
import { operationsOf, operationText, SEVERITIES, type Change, type Severity } from '../change.js';
import { compare } from '../compare/compare.js';
import type { CompareOptions } from '../compare/options.js';
import { applyIgnoreList, expiredRules, idleRules } from '../ignore.js';
import { asObject, put, type JsonObject } from '../json.js';
import { METHODS } from '../normalize/kinds.js';
import type { ParsedDocument } from '../parse/parse.js';
import { rules } from '../rules/rules.js';
import { knownOperations, operationMatcher, type KnownOperation } from './operation-matcher.js';
import type { DiffConfig, OperationMatch, SeverityEntry } from './read-config.js';

export interface Configured {
  readonly changes: readonly Change[];
  /** How many changes the ignore list leaves out. */
  readonly ignored: number;
  /** Entries of the configuration that have no effect, and why; each begins with the entry. */
  readonly notes: readonly string[];
}

/** Compares two descriptions as a configuration says. */
export const compareConfigured = (
  documents: Both<ParsedDocument>,
  config: DiffConfig,
  options: Omit<CompareOptions, 'ignore'> = {},
): Configured => {
  const known = {
    before: knownOperations(documents.before.document),
    after: knownOperations(documents.after.document),
  };
  const operations = new Map([...known.before, ...known.after].map(([name]) => [name, bothOf(name, known)]));
  const isLeft = selection(config);
  const { changes: found } = compare(
    selected(documents.before, known.before, isLeft),
    selected(documents.after, known.after, isLeft),
    {
      ...options,
      ...(config.stability !== undefined && { stabilityLevel: config.stability }),
      ...(config.prefixes.length > 0 && { prefixes: config.prefixes }),
    },
  );
  const severities = new Severities(config.severities, operations);
  const judged = found
    .filter((change) => config.words || !isWords(change))
    .flatMap((change) => severities.judged(change) ?? []);
  const now = options.now ?? new Date();
  const changes = applyIgnoreList(judged, config.ignore, now);
  const notes = [
    ...unknownRules(config),
    ...severities.idle().map((index) => `severities[${index}] matches no change`),
    ...(['include', 'exclude'] as const).flatMap((field) => idleMatches(config[field], field, operations)),
    ...expiredRules(config.ignore, now).map((index) => `ignore[${index}] expired on ${config.ignore[index]!.until}`),
    ...idleRules(judged, config.ignore, now).map((index) => `ignore[${index}] matches no change`),
  ];
  return { changes: sorted(changes), ignored: judged.length - changes.length, notes };
};

/** An operation as either side has it: a tag or extension counts even when it came or went. */
const bothOf = (name: string, { before, after }: Both<Map<string, KnownOperation>>): KnownOperation => {
  const [old, now] = [before.get(name), after.get(name)];
  if (old === undefined || now === undefined) return (old ?? now)!;
  return {
    ref: now.ref,
    tags: new Set([...old.tags, ...now.tags]),
    extensions: new Set([...old.extensions, ...now.extensions]),
  };
};

const selection = ({ include, exclude }: DiffConfig): ((operation: KnownOperation) => boolean) => {
  const [wanted, unwanted] = [include.map(operationMatcher), exclude.map(operationMatcher)];
  return (operation) =>
    (wanted.length === 0 || wanted.some((matches) => matches(operation))) &&
    !unwanted.some((matches) => matches(operation));
};

/** A description without the operations that are not wanted: what becomes internal is removed for its callers. */
const selected = (
  parsed: ParsedDocument,
  known: ReadonlyMap<string, KnownOperation>,
  isLeft: (operation: KnownOperation) => boolean,
): ParsedDocument => {
  const gone = new Map<string, Set<string>>();
  for (const operation of known.values()) {
    const { method, path } = operation.ref;
    if (!isLeft(operation)) gone.set(path, (gone.get(path) ?? new Set()).add(method));
  }
  if (gone.size === 0) return parsed;
  const paths: JsonObject = {};
  for (const [path, item] of Object.entries(asObject(parsed.document['paths']))) {
    const methods = gone.get(path);
    const kept = methods === undefined ? item : withoutMethods(asObject(item), methods);
    if (kept !== undefined) put(paths, path, kept);
  }
  return { ...parsed, document: { ...parsed.document, paths } };
};

/** Undefined when no operation is left. */
const withoutMethods = (item: JsonObject, methods: ReadonlySet<string>): JsonObject | undefined => {
  const others = Object.entries(asObject(item['additionalOperations'])).filter(([method]) => !methods.has(method));
  const left = Object.entries(item).filter(([key]) => !METHODS.has(key) || !methods.has(key));
  if (others.length === 0 && !left.some(([key]) => METHODS.has(key))) return undefined;
  return {
    ...Object.fromEntries(left),
    ...(others.length > 0 && { additionalOperations: Object.fromEntries(others) }),
  };
};

const WORDS = /(description|summary|title|example|examples|external-docs)-(added|removed|changed)$/;

const isWords = ({ rule, severity }: Change): boolean => severity === 'info' && WORDS.test(rule);

class Severities {
  readonly #used = new Set<number>();
  readonly #entries: readonly { readonly byRule: (rule: string) => boolean; readonly entry: SeverityEntry }[];
  readonly #matchers: readonly ((operation: KnownOperation) => boolean)[];

  constructor(
    entries: readonly SeverityEntry[],
    private readonly operations: ReadonlyMap<string, KnownOperation>,
  ) {
    this.#entries = entries.map((entry) => ({ entry, byRule: globOf(entry.rule ?? '*') }));
    this.#matchers = entries.map(operationMatcher);
  }

  /** A change has the most severe of what it is for its operations; undefined when it is not reported for any. */
  judged(change: Change): Change | undefined {
    if (this.#entries.length === 0) return change;
    const reached = operationsOf(change);
    if (reached.length === 0) return this.#withSeverity(change, this.#severityFor(change, undefined));
    const severities = reached.map((ref) => this.#severityFor(change, this.operations.get(operationText(ref))));
    const left = reached.filter((_, index) => severities[index] !== 'off');
    const worst = SEVERITIES.find((severity) => severities.includes(severity)) ?? 'off';
    const { operation: _one, operations: _all, ...rest } = change;
    const judged: Change =
      left.length === reached.length
        ? change
        : { ...rest, ...(left.length === 1 ? { operation: left[0]! } : { operations: left }) };
    return this.#withSeverity(judged, worst);
  }

  /** Indexes of the entries that matched no change. */
  idle(): number[] {
    return [...this.#entries.keys()].filter((index) => !this.#used.has(index));
  }

  #severityFor(change: Change, operation: KnownOperation | undefined): Severity | 'off' {
    for (const [index, { entry, byRule }] of this.#entries.entries()) {
      const isForAll = ['path', 'operation', 'tag', 'extension'].every((key) => !(key in entry));
      if (!byRule(change.rule) || !(isForAll || (operation !== undefined && this.#matchers[index]!(operation))))
        continue;
      this.#used.add(index);
      return entry.severity;
    }
    return change.severity;
  }

  #withSeverity(change: Change, severity: Severity | 'off'): Change | undefined {
    return severity === 'off' ? undefined : severity === change.severity ? change : { ...change, severity };
  }
}

const unknownRules = ({ severities, ignore }: DiffConfig): string[] => {
  const ids = [...rules().keys()];
  const unknown = (entries: readonly { readonly rule?: string }[], field: string): string[] =>
    entries.flatMap(({ rule }, index) =>
      rule === undefined || ids.some(globOf(rule))
        ? []
        : [`${field}[${index}].rule ${rule} is no rule (tidemark diff rules list)`],
    );
  return [...unknown(severities, 'severities'), ...unknown(ignore, 'ignore')];
};

const idleMatches = (
  entries: readonly OperationMatch[],
  field: string,
  operations: ReadonlyMap<string, KnownOperation>,
): string[] =>
  entries.flatMap((entry, index) =>
    [...operations.values()].some(operationMatcher(entry)) ? [] : [`${field}[${index}] matches no operation`],
  );

const sorted = (changes: readonly Change[]): Change[] =>
  [...changes].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
