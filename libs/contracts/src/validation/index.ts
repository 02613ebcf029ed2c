export { validated, type ValidationOptions } from './validated.js';
export { verbInput } from './verb-input.js';
