export { createVaultStore, type VaultStoreOptions } from './create-vault-store.js';
export { openVault } from './open-vault.js';
export { VaultUnavailable, type VaultStore } from './port.js';
export { Vault, type CredentialRecord, type VaultOptions } from './vault.js';
