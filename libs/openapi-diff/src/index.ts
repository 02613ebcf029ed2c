export { parse, parseJson } from './parse/parse.js';
export type { ParsedDocument, ParseOptions, SpecFamily } from './parse/parse.js';
export { ParseError } from './parse/parse-error.js';
export type { Position } from './parse/parse-error.js';
export { normalize } from './normalize/normalize.js';
export type { CanonicalApi } from './normalize/normalize.js';
export { canonicalJson } from './normalize/canonical-json.js';
export { compare } from './compare/compare.js';
export { STABILITY_LEVELS } from './compare/options.js';
export type { CompareOptions, Stability } from './compare/options.js';
export { applyIgnoreList, ignoredBy, IgnoreListError, readIgnoreList } from './ignore.js';
export type { IgnorableChange, IgnoreRule } from './ignore.js';
export type { Area, Change, Level, OperationRef, Severity } from './compare/change.js';
export type { Json, JsonObject } from './json.js';
export { operations } from './operations.js';
export type {
  OperationsOptions,
  ResolvedBody,
  ResolvedOperation,
  ResolvedParameter,
  ResolvedResponse,
} from './operations.js';
export { summarize } from './summarize.js';
export type { Summary } from './summarize.js';
export { render } from './render/render.js';
export type { RenderFormat, RenderOptions } from './render/render.js';
export { whyOf } from './rules/why.js';
export { OVERRIDES } from './rules/overrides.js';
