import { platformSettings, type PlatformSettings } from '@tidemark/config';
import { Publisher } from '../publishers/publisher.js';

/** What the services of an installation under test run with, if the test does not say otherwise. */
export const testSettings: PlatformSettings = {
  ...platformSettings.parse({ TIDEMARK_HTTP_PORT: '0', TIDEMARK_GRPC_PORT: '0', TIDEMARK_RATE_LIMIT: '0' }),
  fetchAllow: Publisher.allow,
};
