export { describeVaultStore, type VaultStoreHome } from './conformance.js';
