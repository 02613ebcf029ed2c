import { describe } from '@jest/globals';
import { firstCallsCases } from './testing/first-calls.cases.js';
import { serverUrls, startInstallation } from './testing/installation.js';

const urls = serverUrls();

(urls ? describe : describe.skip)('the first calls, on real servers', () => {
  firstCallsCases(() => startInstallation({ urls }));
});
