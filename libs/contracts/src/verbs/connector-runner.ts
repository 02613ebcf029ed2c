import { shaped } from '../fields/field-type.js';
import { Preview, TestConnection } from '../shapes/preview.js';
import { verb, verbsOf } from './verb.js';

export const runnerVerbs = verbsOf('connector-runner', {
  'test-connection': verb({
    input: TestConnection,
    output: shaped(() => Preview),
    summary: 'Opens a source and destinations, checks them, and shows the first records mapped; writes nothing',
    description: 'The reply comes within ten seconds. RATE_LIMITED: too many are tested at the moment.',
    errors: ['RATE_LIMITED'],
  }),
});
