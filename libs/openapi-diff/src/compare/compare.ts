import { Interner } from '../normalize/interner.js';
import { internApi } from '../normalize/intern-api.js';
import { normalize } from '../normalize/normalize.js';
import type { CanonicalApi } from '../normalize/normalize.js';
import type { ParsedDocument } from '../parse/parse.js';
import { compareApiLevel } from './api-level.js';
import type { Change } from './change.js';
import { Comparison } from './context.js';
import type { CompareOptions } from './context.js';
import { compareOperations } from './operations.js';
import { Report } from './report.js';
import { compareSecurity } from './security.js';
import { Dirt, Side } from './side.js';
import { compareVersions } from './version-policy.js';

/**
 * Compares two descriptions and classifies every change, most severe first. Takes parsed documents or
 * canonical APIs. The same content on both sides, in whatever order or format, gives no change.
 */
export function compare(
  before: ParsedDocument | CanonicalApi,
  after: ParsedDocument | CanonicalApi,
  options: CompareOptions = {},
): { changes: Change[] } {
  const interner = new Interner();
  const old = canonical(before, interner);
  const now = canonical(after, interner);
  const report = new Report(options);
  const comparison = new Comparison(new Side(old), new Side(now), new Dirt(old, now), report, options);
  compareOperations(comparison);
  compareSecurity(comparison);
  compareApiLevel(comparison);
  compareVersions(comparison, report.hasBreaking());
  return { changes: report.changes() };
}

function canonical(input: ParsedDocument | CanonicalApi, interner: Interner): CanonicalApi {
  return isParsed(input) ? normalize(input, interner) : internApi(input, interner);
}

function isParsed(input: ParsedDocument | CanonicalApi): input is ParsedDocument {
  return typeof (input as ParsedDocument).locate === 'function';
}
