export { largeApi } from './large.js';
