export { differ } from './differ.service.js';
