import { resolve } from 'node:path';
import type { Connector, Destination, OpenOptions, Source } from '@tidemark/connector-sdk';
import type { ListedConnector } from '@tidemark/connectors';
import { problem } from '@tidemark/contracts';
import type { HttpPool } from '@tidemark/resilience';
import { CliError, usageError } from '../cli-error.js';
import { readJsonFile } from '../commands/diff-input.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';
import { credentialOf } from './credential.js';
import { failureOf } from './failure.js';

/** The options of every command that opens a connector. */
export interface OpeningOptions {
  readonly config: string;
  readonly credential?: string;
  readonly allow?: readonly string[];
  readonly root?: string;
}

/** @throws CliError when there is no connector of this name */
export async function connectorOf(name: string): Promise<ListedConnector> {
  const { connectors } = await import('@tidemark/connectors');
  const connector = connectors.get(name);
  if (connector) return connector;
  const known = [...connectors.keys()].sort().join(', ');
  throw new CliError(exitCodes.notFound, 'NOT_FOUND', `there is no connector ${name}; available: ${known}`);
}

/** A source and its HTTP pool; disposing closes both. @throws CliError */
export async function openSource(
  session: Session,
  { manifest, load }: ListedConnector,
  options: OpeningOptions,
): Promise<AsyncDisposable & { readonly source: Source }> {
  if (!manifest.source) throw usageError(`${manifest.name} cannot be read from`);
  const sdk = await import('@tidemark/connector-sdk');
  const connection = await connect(session, await load(), options);
  const source = await connection.open(sdk.openSource);
  return { source, [Symbol.asyncDispose]: () => source.close().finally(connection.close) };
}

/** A destination and its HTTP pool; disposing closes both. @throws CliError */
export async function openDestination(
  session: Session,
  { manifest, load }: ListedConnector,
  options: OpeningOptions,
): Promise<AsyncDisposable & { readonly destination: Destination }> {
  if (!manifest.destination) throw usageError(`${manifest.name} cannot be written to`);
  const sdk = await import('@tidemark/connector-sdk');
  const connection = await connect(session, await load(), options);
  const destination = await connection.open(sdk.openDestination);
  return { destination, [Symbol.asyncDispose]: () => destination.close().finally(connection.close) };
}

async function connect(session: Session, connector: Connector, options: OpeningOptions) {
  const { config: file, credential: credentialFile, allow = [], root } = options;
  const { manifest } = connector;
  const { configProblems } = await import('@tidemark/connector-sdk/manifest');
  const config = await readJsonFile(file, session.folder);
  const fields = configProblems(manifest, config).map(({ field, message }) => problem(field, message));
  if (fields.length > 0)
    throw new CliError(exitCodes.usage, 'CONFIG_INVALID', `${file}: not a valid config of ${manifest.name}`, {
      fields,
    });
  const pool = await poolOf(session, allow);
  return {
    close: () => pool.close(),
    /** Closes the pool when opening fails. */
    open: async <Part>(open: (options: OpenOptions) => Part): Promise<Part> => {
      try {
        const credential = await credentialOf(session, credentialFile, pool);
        const filesRoot = resolve(session.folder, root ?? '.');
        const programs = (session.env['TIDEMARK_SINGER_ALLOW'] ?? '').split(',').map((path) => path.trim());
        const log = (line: string) => session.terminal.note(line);
        return open({ connector, config, pool, filesRoot, programs, log, ...(credential && { credential }) });
      } catch (error) {
        await pool.close();
        throw failureOf(error);
      }
    },
  };
}

/** As everywhere in Tidemark, private addresses are refused unless explicitly allowed. */
async function poolOf({ env }: Session, allow: readonly string[]): Promise<HttpPool> {
  const { createHttpPool } = await import('@tidemark/resilience');
  const always = (env['TIDEMARK_FETCH_ALLOW'] ?? '').split(',').map((entry) => entry.trim());
  try {
    return createHttpPool({ allow: [...always, ...allow].filter((entry) => entry !== '') });
  } catch (error) {
    throw new CliError(exitCodes.usage, 'USAGE', `--allow or TIDEMARK_FETCH_ALLOW: ${(error as Error).message}`);
  }
}
