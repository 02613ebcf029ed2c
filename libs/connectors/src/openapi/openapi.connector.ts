import { defineConnector, StageError, type StageFunction } from '../sdk.js';
import { openapiDefinition } from './openapi.definition.js';

const notYet: StageFunction = async () => {
  throw new StageError('NOT_BUILT', 'being built', false);
};

export const openapiConnector = defineConnector(openapiDefinition, {
  fetch: notYet,
  parse: notYet,
  normalize: notYet,
  snapshot: notYet,
});
