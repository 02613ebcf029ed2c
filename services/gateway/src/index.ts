export { gateway, type Addresses } from './gateway.service.js';
export { createFirstKey, ensureKey } from './edge/auth/first-keys.js';
