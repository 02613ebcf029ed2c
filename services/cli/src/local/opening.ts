import { resolve } from 'node:path';
import type { Connector, Destination, Source } from '@tidemark/connectors';
import type { HttpPool } from '@tidemark/resilience';
import { CliError } from '../cli-error.js';
import { readJsonFile } from '../commands/diff-input.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { credentialOf } from './credential.js';
import { failureOf } from './failure.js';

/** How every command that opens a connector is told about it. */
export interface OpeningOptions {
  readonly config: string;
  readonly credential?: string;
  readonly allow?: readonly string[];
  readonly root?: string;
}

/** @throws CliError when there is none of this name */
export async function connectorOf(name: string): Promise<Connector> {
  const { connectors } = await import('@tidemark/connectors');
  const connector = connectors.get(name);
  if (connector) return connector;
  const known = [...connectors.keys()].sort().join(', ');
  throw new CliError(exitCodes.notFound, 'NOT_FOUND', `there is no connector ${name}; there are ${known}`);
}

interface Opened<Side> extends AsyncDisposable {
  readonly opened: Side;
}

export const opensSource = (session: Session, connector: Connector, options: OpeningOptions): Promise<Opened<Source>> =>
  opening(session, connector, options, 'source');

export const opensDestination = (
  session: Session,
  connector: Connector,
  options: OpeningOptions,
): Promise<Opened<Destination>> => opening(session, connector, options, 'destination');

async function opening<Side extends Source | Destination>(
  session: Session,
  connector: Connector,
  { config, credential: file, allow = [], root }: OpeningOptions,
  side: 'source' | 'destination',
): Promise<Opened<Side>> {
  const { configProblems, openDestination, openSource } = await import('@tidemark/connectors');
  const { manifest } = connector;
  if (!manifest[side]) throw new CliError(exitCodes.usage, 'USAGE', `${manifest.name} is no ${side}`);
  const read = await readJsonFile(config, session.folder);
  const fields = configProblems(manifest, read);
  if (fields.length > 0)
    throw new CliError(exitCodes.usage, 'CONFIG_INVALID', `${config}: not a config of ${manifest.name}`, { fields });
  const pool = await poolOf(session, allow);
  const close = (opened?: Side) => async () => {
    await opened?.close();
    await pool.close();
  };
  try {
    const credential = await credentialOf(session, file, pool);
    const filesRoot = resolve(session.folder, root ?? '.');
    const options = { connector, config: read, pool, filesRoot, ...(credential && { credential }) };
    const opened = (side === 'source' ? openSource(options) : openDestination(options)) as Side;
    return { opened, [Symbol.asyncDispose]: close(opened) };
  } catch (error) {
    await pool.close();
    throw failureOf(error);
  }
}

/** As everywhere in Tidemark, private addresses are out of reach unless somebody names them. */
async function poolOf({ env }: Session, allow: readonly string[]): Promise<HttpPool> {
  const { createHttpPool } = await import('@tidemark/resilience');
  const always = (env['TIDEMARK_FETCH_ALLOW'] ?? '').split(',').map((entry) => entry.trim());
  try {
    return createHttpPool({ allow: [...always, ...allow].filter((entry) => entry !== '') });
  } catch (error) {
    throw new CliError(exitCodes.usage, 'USAGE', `--allow or TIDEMARK_FETCH_ALLOW: ${(error as Error).message}`);
  }
}
