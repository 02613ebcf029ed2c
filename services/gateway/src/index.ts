export { startGateway, type Gateway } from './start-gateway.js';
export { GatewayModule, type GatewayDeps } from './gateway.module.js';
export { createFirstKey, ensureKey } from './edge/auth/first-keys.js';
export type { GatewaySettings } from './edge/settings.js';
