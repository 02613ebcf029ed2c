export { parse } from './parse/parse.js';
export { normalize } from './normalize/normalize.js';
export { canonicalJson } from './normalize/canonical-json.js';
