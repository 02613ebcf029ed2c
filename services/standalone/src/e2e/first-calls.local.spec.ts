import { describe } from '@jest/globals';
import { firstCallsCases } from './testing/first-calls.cases.js';
import { startInstallation } from './testing/installation.js';

describe('the first calls, on embedded stores', () => {
  firstCallsCases(() => startInstallation());
});
