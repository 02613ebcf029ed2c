export { connectorRunner } from './connector-runner.service.js';
