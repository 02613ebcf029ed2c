export const scopes = ['read', 'write', 'operate'] as const;
/** Permissions of a key: read its tenant's data, change it, operate the installation (keys of any tenant, projections). */
export type Scope = (typeof scopes)[number];
