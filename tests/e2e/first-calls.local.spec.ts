import { describe } from '@jest/globals';
import { firstCallsCases } from './testing/first-calls.cases.js';
import { startStandaloneInstallation } from '../installations/standalone.js';

describe('the first calls, on embedded stores', () => {
  firstCallsCases(() => startStandaloneInstallation());
});
