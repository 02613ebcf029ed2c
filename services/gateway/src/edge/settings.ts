import type { PlatformSettings } from '@tidemark/config';

export type GatewaySettings = Pick<PlatformSettings, 'host' | 'httpPort' | 'grpcPort' | 'apiKey' | 'rateLimit'>;
