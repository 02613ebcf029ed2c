import { given, type Both } from '../both.js';
import type { Change } from '../change.js';
import { applyIgnoreList } from '../ignore.js';
import { internApi } from '../normalize/intern-api.js';
import { Interner } from '../normalize/interner.js';
import { normalize, type CanonicalApi, type Form } from '../normalize/normalize.js';
import type { ParsedDocument } from '../parse/parse.js';
import { compareApiLevel } from './api-level.js';
import { Comparison, type Dialect } from './comparison.js';
import { oasdiff } from './dialects/oasdiff/oasdiff.js';
import { tidemark } from './dialects/tidemark/tidemark.js';
import { compareOperations } from './operations.js';
import type { CompareOptions } from './options.js';
import { Report } from './report.js';
import { compareSecurity } from './security.js';
import { Side } from './side.js';
import { SourcePointers } from './source-pointers.js';
import { compareVersions } from './version-policy.js';

const DIALECTS: Readonly<Record<NonNullable<CompareOptions['levels']>, Dialect>> = { tidemark, oasdiff };

/**
 * Compares two descriptions and classifies every change, most severe first. Takes parsed documents or
 * canonical APIs. The same content on both sides, in whatever order or format, gives no change.
 */
export const compare = (before: Input, after: Input, options: CompareOptions = {}): { changes: Change[] } => {
  const dialect = DIALECTS[options.levels ?? 'tidemark'];
  const interner = new Interner();
  const form = formOf({ before, after }, dialect);
  const sides = { before: sideOf(before, interner, form, dialect), after: sideOf(after, interner, form, dialect) };
  const report = new Report(dialect.severityOf);
  const comparison = new Comparison(sides.before, sides.after, dialect, report, options);
  compareOperations(comparison);
  compareSecurity(comparison);
  compareApiLevel(comparison);
  compareVersions(comparison, report.hasBreaking());
  const changes = report.changes(locator({ before, after }, sides, form, options.lines), options.perOperation);
  return { changes: options.ignore ? applyIgnoreList(changes, options.ignore, options.now ?? new Date()) : changes };
};

type Input = ParsedDocument | CanonicalApi;

/** Finds canonical pointers in the documents as they were written, where those are at hand. */
const locator = (
  inputs: Both<Input>,
  sides: Both<Side>,
  form: Form,
  lines = false,
): ((pointer: Change['pointer']) => Pick<Change, 'pointer' | 'line'>) => {
  const finder = (input: Input, { api }: Side) => {
    if (!isParsed(input)) return { at: (pointer: string) => pointer, line: () => undefined };
    const sources = new SourcePointers(input, api, form);
    return {
      at: (pointer: string) => sources.translate(pointer),
      line: (pointer: string) => input.locate(pointer)?.line,
    };
  };
  const before = finder(inputs.before, sides.before);
  const after = finder(inputs.after, sides.after);
  return (canonical) => {
    const pointer = {
      ...(canonical.before !== undefined && { before: before.at(canonical.before) }),
      ...(canonical.after !== undefined && { after: after.at(canonical.after) }),
    };
    if (!lines) return { pointer };
    const lineBefore = pointer.before === undefined ? undefined : before.line(pointer.before);
    const lineAfter = pointer.after === undefined ? undefined : after.line(pointer.after);
    return { pointer, line: given({ before: lineBefore, after: lineAfter }) };
  };
};

const sideOf = (input: Input, interner: Interner, form: Form, { conjoinsReferences }: Dialect): Side => {
  if (!isParsed(input)) return new Side(internApi(input, interner), undefined, conjoinsReferences);
  const api = normalize(input, interner, form);
  // Read as written, the `x-webhooks` of 3.0 are only an extension.
  const hasWebhooks = !form.asWritten || input.document['webhooks'] !== undefined;
  return new Side(hasWebhooks ? api : { ...api, webhooks: {} }, input.document, conjoinsReferences);
};

/** What two versions of the specification only write differently is no change in any dialect. */
const formOf = ({ before, after }: Both<Input>, { readsAsWritten }: Dialect): Form => ({
  asWritten: readsAsWritten && isParsed(before) && isParsed(after) && before.version === after.version,
});

const isParsed = (input: Input): input is ParsedDocument => typeof (input as ParsedDocument).locate === 'function';
