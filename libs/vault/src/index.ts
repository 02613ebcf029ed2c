export { createVaultStore, type VaultStoreOptions } from './create-vault-store.js';
export { VaultUnavailable, type VaultStore } from './port.js';
export { Vault, type CredentialRecord, type VaultOptions } from './vault.js';
