export { startConnectorRunner } from './connector-runner.js';
