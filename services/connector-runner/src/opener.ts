import { openDestination, openSource } from '@tidemark/connector-sdk';
import type { ListedConnector } from '@tidemark/connectors';
import type { Source } from '@tidemark/contracts';
import type { ConnectorOpener } from '@tidemark/leg-runner';
import { StageFailed } from '@tidemark/pipelines';
import type { HttpPool } from '@tidemark/resilience';

/** Opens the connectors that stages read from and write to. */
export function openerOf(pool: HttpPool, connectors: ReadonlyMap<string, ListedConnector>): ConnectorOpener {
  const optionsFor = async ({ connector: name, config }: Source) => {
    const connector = connectors.get(name);
    if (!connector) throw new StageFailed('CONNECTOR_UNKNOWN', `this version of the runner has no connector ${name}`);
    return { connector: await connector.load(), config, pool };
  };
  return {
    source: async (settings) => openSource(await optionsFor(settings)),
    destination: async (settings) => openDestination(await optionsFor(settings)),
  };
}
