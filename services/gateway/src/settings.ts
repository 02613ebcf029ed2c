import { defineSettings, integer, type PlatformSettings, type SettingsOf } from '@tidemark/config';

const schema = {
  rateLimit: integer('TIDEMARK_RATE_LIMIT', 'Calls a minute that one API key may make of one gateway; 0 for no limit', {
    default: 600,
    min: 0,
    max: 1_000_000,
  }),
};

/** What the edge alone can be told. */
export const edgeSettings = defineSettings(schema);

export type GatewaySettings = Pick<PlatformSettings, 'host' | 'httpPort' | 'grpcPort' | 'apiKey'> &
  SettingsOf<typeof schema>;
