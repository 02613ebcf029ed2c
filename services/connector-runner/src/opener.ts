import { openDestination, openSource } from '@tidemark/connector-sdk';
import type { ListedConnector } from '@tidemark/connectors';
import type { Source } from '@tidemark/contracts';
import type { ConnectorOpener } from '@tidemark/leg-runner';
import { StageFailed } from '@tidemark/pipelines';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvelopeError, type Credential, type HttpPool } from '@tidemark/resilience';
import type { Vault } from '@tidemark/vault';

export interface OpenerNeeds {
  readonly pool: HttpPool;
  readonly connectors: ReadonlyMap<string, ListedConnector>;
  /** Absolute path; holds a folder for each tenant. */
  readonly filesRoot?: string;
  /** Absolute paths of the executables that connectors may start. */
  readonly programs?: readonly string[];
  /** Undefined: this installation has no key for credentials. */
  readonly vault: Vault | undefined;
  /** Takes what connectors log, without secrets. */
  readonly log?: (line: string) => void;
}

/** Opens the connectors that stages read from and write to. */
export function openerOf({ pool, connectors, filesRoot, programs, vault, log }: OpenerNeeds): ConnectorOpener {
  const optionsFor = async ({ connector: name, config, credentialId }: Settings, tenant: string) => {
    const connector = connectors.get(name);
    if (!connector) throw new StageFailed('CONNECTOR_UNKNOWN', `this version of the runner has no connector ${name}`);
    const files = filesRoot === undefined ? {} : { filesRoot: await tenantFolder(filesRoot, tenant) };
    const credential = credentialId === undefined ? undefined : await credentialOf(vault, tenant, credentialId, name);
    return {
      ...(credential && { credential }),
      ...{ connector: await connector.load(), config, pool, ...files },
      ...(programs && { programs }),
      ...(log && { log: (line: string) => log(`${name} of tenant ${tenant}: ${line}`) }),
    };
  };
  return {
    source: async (settings, tenant) => openSource(await optionsFor(settings, tenant)),
    destination: async (settings, tenant) => openDestination(await optionsFor(settings, tenant)),
  };
}

type Settings = Pick<Source, 'connector' | 'config' | 'credentialId'>;

/** @throws Terminal `CREDENTIAL_MISSING`, `CREDENTIAL_INVALID` · AuthExpired `NO_ACCESS_TOKEN` · VaultUnavailable · StageFailed */
async function credentialOf(
  vault: Vault | undefined,
  tenant: string,
  id: string,
  connector: string,
): Promise<Credential> {
  if (!vault) throw new StageFailed('CREDENTIALS_UNAVAILABLE', 'this installation has no key for credentials');
  try {
    const credential = await vault.open(tenant, id, connector);
    // Before anything is read or written: whether there is an access token at all.
    if (credential.kind.startsWith('oauth2-')) await credential.secret();
    return credential;
  } catch (error) {
    if (error instanceof EnvelopeError) throw new StageFailed('CREDENTIAL_UNREADABLE', error.message, { cause: error });
    throw error;
  }
}

/** Made when it is missing. No tenant's id leads out of its own. @throws StageFailed when it cannot be a folder's name */
async function tenantFolder(root: string, tenant: string): Promise<string> {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(tenant))
    throw new StageFailed('FILES_UNAVAILABLE', `tenant ${tenant} cannot have a folder: its id is not a file name`, {
      retryable: false,
    });
  const folder = join(root, tenant);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
