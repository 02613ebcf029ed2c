import { openDestination, openSource } from '@tidemark/connector-sdk';
import type { ListedConnector } from '@tidemark/connectors';
import type { Source } from '@tidemark/contracts';
import type { ConnectorOpener } from '@tidemark/leg-runner';
import { StageFailed } from '@tidemark/pipelines';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpPool } from '@tidemark/resilience';

export interface OpenerNeeds {
  readonly pool: HttpPool;
  readonly connectors: ReadonlyMap<string, ListedConnector>;
  /** Absolute path; holds a folder for each tenant. */
  readonly filesRoot?: string;
  /** Absolute paths of the executables that connectors may start. */
  readonly programs?: readonly string[];
  /** Takes what connectors log, without secrets. */
  readonly log?: (line: string) => void;
}

/** Opens the connectors that stages read from and write to. */
export function openerOf({ pool, connectors, filesRoot, programs, log }: OpenerNeeds): ConnectorOpener {
  const optionsFor = async ({ connector: name, config }: Pick<Source, 'connector' | 'config'>, tenant: string) => {
    const connector = connectors.get(name);
    if (!connector) throw new StageFailed('CONNECTOR_UNKNOWN', `this version of the runner has no connector ${name}`);
    const files = filesRoot === undefined ? {} : { filesRoot: await tenantFolder(filesRoot, tenant) };
    return {
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
