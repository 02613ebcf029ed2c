import { defineConnector } from '../sdk.js';
import { noopDefinition } from './noop.definition.js';

export const noopConnector = defineConnector(noopDefinition, {
  run: async () => ({ output: {} }),
});
