import type { ConnectionView, CredentialList, CredentialView, IgnoreRule } from '@tidemark/contracts';
import { path, type Api } from '../api/api.js';
import { gather } from '../resolve.js';

/** What the installation has of the tenant's. */
export interface Current {
  readonly credentials: readonly CredentialView[];
  /** From a list, which may lag behind. */
  readonly connections: readonly ConnectionView[];
}

export async function currentOf(api: Api): Promise<Current> {
  const { data } = await api.get<CredentialList>('v1/credentials');
  return { credentials: data, connections: await listConnections(api) };
}

export const listConnections = (api: Api) => gather<ConnectionView>(api, 'v1/connections', Infinity);

export const listRules = async (api: Api, connectionId: string): Promise<readonly IgnoreRule[]> =>
  (await api.get<{ readonly data: readonly IgnoreRule[] }>(path`v1/connections/${connectionId}/ignores`)).data;
