import { applyIgnoreList } from '../ignore.js';
import { Interner } from '../normalize/interner.js';
import { internApi } from '../normalize/intern-api.js';
import { normalize, type CanonicalApi, type Form } from '../normalize/normalize.js';
import type { ParsedDocument } from '../parse/parse.js';
import { compareApiLevel } from './api-level.js';
import type { Change } from './change.js';
import { Comparison } from './context.js';
import type { CompareOptions } from './options.js';
import { compareOperations } from './operations.js';
import { Report } from './report.js';
import { SourcePointers } from './source-pointers.js';
import { compareSecurity } from './security.js';
import { Dirt, Side } from './side.js';
import { compareVersions } from './version-policy.js';

/**
 * Compares two descriptions and classifies every change, most severe first. Takes parsed documents or
 * canonical APIs. The same content on both sides, in whatever order or format, gives no change.
 */
export const compare = (before: Input, after: Input, options: CompareOptions = {}): { changes: Change[] } => {
  const interner = new Interner();
  const form = formOf(before, after, options);
  const old = canonical(before, interner, form);
  const now = canonical(after, interner, form);
  const report = new Report(options);
  const sides = { before: side(before, old, form), after: side(after, now, form) };
  const comparison = new Comparison(sides.before, sides.after, new Dirt(old, now), report, options);
  compareOperations(comparison);
  compareSecurity(comparison);
  compareApiLevel(comparison);
  compareVersions(comparison, report.hasBreaking());
  const changes = report.changes(locator({ before, after }, { before: old, after: now }, form, options.lines === true));
  return {
    changes:
      options.ignore === undefined ? changes : applyIgnoreList(changes, options.ignore, options.now ?? new Date()),
  };
};

type Input = ParsedDocument | CanonicalApi;

/** Finds canonical pointers in the documents as they were written, where those are at hand. */
const locator = (
  inputs: { before: Input; after: Input },
  apis: { before: CanonicalApi; after: CanonicalApi },
  form: Form,
  lines: boolean,
): ((pointer: Change['pointer']) => Pick<Change, 'pointer' | 'line'>) => {
  const side = (input: Input, api: CanonicalApi) => {
    if (!isParsed(input)) return { at: (pointer: string) => pointer, line: () => undefined };
    const sources = new SourcePointers(input, api, form);
    return {
      at: (pointer: string) => sources.translate(pointer),
      line: (pointer: string) => input.locate(pointer)?.line,
    };
  };
  const before = side(inputs.before, apis.before);
  const after = side(inputs.after, apis.after);
  return (pointer) => {
    const at = {
      ...(pointer.before === undefined ? {} : { before: before.at(pointer.before) }),
      ...(pointer.after === undefined ? {} : { after: after.at(pointer.after) }),
    };
    if (!lines) return { pointer: at };
    const lineBefore = at.before === undefined ? undefined : before.line(at.before);
    const lineAfter = at.after === undefined ? undefined : after.line(at.after);
    const line = {
      ...(lineBefore === undefined ? {} : { before: lineBefore }),
      ...(lineAfter === undefined ? {} : { after: lineAfter }),
    };
    return { pointer: at, line };
  };
};

const side = (input: Input, api: CanonicalApi, { asWritten = false }: Form): Side => {
  if (!isParsed(input)) return new Side(api);
  // To oasdiff, the webhooks that 3.0 calls `x-webhooks` are nothing.
  const known = asWritten && input.document['webhooks'] === undefined ? { ...api, webhooks: {} } : api;
  return new Side(known, input.document);
};

/**
 * oasdiff takes `nullable` and a type of null for two things, and so with exclusive bounds: within one version of the
 * specification that is followed. What another version only writes differently is no change.
 */
const formOf = (before: Input, after: Input, { levels }: CompareOptions): Form => ({
  asWritten: levels === 'oasdiff' && isParsed(before) && isParsed(after) && before.version === after.version,
});

const canonical = (input: Input, interner: Interner, form: Form): CanonicalApi =>
  isParsed(input) ? normalize(input, interner, form) : internApi(input, interner);

const isParsed = (input: Input): input is ParsedDocument => typeof (input as ParsedDocument).locate === 'function';
