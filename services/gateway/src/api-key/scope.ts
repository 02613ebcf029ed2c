export const scopes = ['read', 'write', 'operate'] as const;
/** What a key may do: look, change its tenant's things, run the installation (keys of any tenant, projections). */
export type Scope = (typeof scopes)[number];
