export { startDiffer } from './differ.js';
