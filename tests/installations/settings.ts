import { platformSettings, Secret, type PlatformSettings } from '@tidemark/config';
import { Publisher } from '../publishers/publisher.js';

/** The default settings of services under test. */
export const testSettings: PlatformSettings = {
  ...platformSettings.parse({ TIDEMARK_HTTP_PORT: '0', TIDEMARK_GRPC_PORT: '0', TIDEMARK_RATE_LIMIT: '0' }),
  secretKey: new Secret('0'.repeat(64)),
  fetchAllow: Publisher.allow,
};
