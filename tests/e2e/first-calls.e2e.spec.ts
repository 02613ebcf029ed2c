import { describe } from '@jest/globals';
import { firstCallsCases } from './testing/first-calls.cases.js';
import { startStandaloneInstallation } from '../installations/standalone.js';
import { serverUrls } from '../installations/urls.js';

const urls = serverUrls();

(urls ? describe : describe.skip)('the first calls, on real servers', () => {
  firstCallsCases(() => startStandaloneInstallation({ urls }));
});
