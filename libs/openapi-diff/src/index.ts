export { parse, parseJson, type ParsedDocument, type ParseOptions, type SpecFamily } from './parse/parse.js';
export { ParseError, type Position } from './parse/parse-error.js';
export { normalize, type CanonicalApi } from './normalize/normalize.js';
export { bundleFiles, type ReadReferred } from './bundle/bundle-files.js';
export { unresolvedReferences } from './normalize/unresolved.js';
export { canonicalJson } from './normalize/canonical-json.js';
export { compare } from './compare/compare.js';
export { compareConfigured, type Configured } from './config/compare-configured.js';
export { DiffConfigError, NO_CONFIG, readDiffConfig, type DiffConfig } from './config/read-config.js';
export { STABILITY_LEVELS, type CompareOptions, type Stability } from './compare/options.js';
export {
  applyIgnoreList,
  ignoredBy,
  IgnoreListError,
  readIgnoreList,
  type IgnorableChange,
  type IgnoreRule,
} from './ignore.js';
export type { Area, Change, Level, OperationRef, Severity } from './change.js';
export type { Json, JsonObject } from './json.js';
export {
  operationPage,
  operations,
  type OperationPage,
  type OperationsOptions,
  type ResolvedBody,
  type ResolvedOperation,
  type ResolvedParameter,
  type ResolvedResponse,
} from './operations.js';
export {
  changeFilter,
  selectChanges,
  type ChangeFilter,
  type Selected,
  type Selection,
  type StoredChange,
} from './select.js';
export { summarize, type Summary } from './summarize.js';
export { render, type RenderFormat, type RenderOptions } from './render/render.js';
export { rules } from './rules/rules.js';
export type { Rule } from './rules/rule.js';
