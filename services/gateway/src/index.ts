export { startGateway, type Gateway } from './start-gateway.js';
export { GatewayModule, type GatewayDeps } from './gateway.module.js';
export { createFirstKey, ensureKey } from './keys/first-keys.js';
export type { GatewaySettings } from './settings.js';
