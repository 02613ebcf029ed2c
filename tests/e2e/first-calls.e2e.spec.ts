import { describe } from '@jest/globals';
import { firstCallsCases } from './testing/first-calls.cases.js';
import { serverUrls, startInstallation } from '../installations/standalone.js';

const urls = serverUrls();

(urls ? describe : describe.skip)('the first calls, on real servers', () => {
  firstCallsCases(() => startInstallation({ urls }));
});
