export {
  compileMapping,
  type MappedRow,
  type Mapping,
  type MappingOptions,
  type MappingProblem,
} from './compile-mapping.js';
export { isRefusalCode } from './refusal.js';
export { mappingProblems } from './mapping-problems.js';
