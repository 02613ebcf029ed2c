export { Authorizations, StateUnknown, type Authorization } from './authorizations.js';
export { createVaultStore, type VaultStoreOptions } from './create-vault-store.js';
export { openVault, type OpenedVault } from './open-vault.js';
export { VaultUnavailable, type StoredSecret, type VaultStore } from './port.js';
export type { CredentialRecord } from './sealed-credential.js';
export { Vault, type VaultOptions } from './vault.js';
