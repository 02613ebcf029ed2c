import type { FieldFault } from '@tidemark/contracts';
import { Terminal, type Credential, type HttpPool, type Side } from '@tidemark/resilience';
import type { Connector, ConnectorContext } from './connector.js';
import type { Destination, OpenedDestination } from './destination.js';
import { schemaProblems } from './manifest/config.js';
import type { FetchRequest, Source } from './source.js';

export interface OpenOptions {
  readonly connector: Connector;
  /** As written by the user; validated here. */
  readonly config: unknown;
  readonly credential?: Credential;
  /** Shared by all connections of a process; it stays open. */
  readonly pool: HttpPool;
  /** Absolute path of the folder that connectors' file access is confined to; without it there is none. */
  readonly filesRoot?: string;
  /** Absolute paths of the executables that connectors may start; default none. */
  readonly programs?: readonly string[];
  /** Takes lines for the job's log. */
  readonly log?: (line: string) => void;
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: () => number;
}

/** The connector's manifest rejects the config. */
export class ConfigInvalid extends Terminal {
  constructor(
    connector: string,
    readonly problems: readonly FieldFault[],
  ) {
    const all = problems.map(({ field, message }) => `${field} ${message}`).join('; ');
    super('CONFIG_INVALID', `the config of ${connector} is not valid: ${all}`, { field: problems[0]!.field });
  }
}

/**
 * Opens the source of a connector. The result is an object of its own: its `close` also ends the connection's HTTP client,
 * and page sizes are clamped to the manifest's range.
 * @throws ConfigInvalid · Terminal when the connector has no source, or does not accept this kind of credential
 */
export function openSource(options: OpenOptions): Source {
  const { manifest, openSource: open } = options.connector;
  if (!manifest.source || !open) throw new Terminal('SOURCE_NOT_FOUND', `${manifest.name} cannot be read from`);
  const { objects, pageSize } = manifest.source;
  const { min, max } = pageSize;
  const { part: source, close } = openPart(contextOf(options, 'source'), open);
  return {
    read: ({ pageSize: size, ...request }) =>
      source.read(size === undefined ? request : { ...request, pageSize: Math.min(Math.max(size, min), max) }),
    ...(source.fetch && { fetch: (request: FetchRequest) => source.fetch!(request) }),
    check: (signal) => source.check(signal),
    objects: async (signal) => (objects === 'configured' ? ((await source.objects?.(signal)) ?? []) : objects),
    close,
  };
}

/**
 * Opens the destination of a connector; closing it also ends the connection's HTTP client.
 * @throws ConfigInvalid · Terminal as `openSource`
 */
export function openDestination(options: OpenOptions): OpenedDestination {
  const { manifest, openDestination: open } = options.connector;
  if (!manifest.destination || !open)
    throw new Terminal('DESTINATION_NOT_FOUND', `${manifest.name} cannot be written to`);
  const { part: destination, close } = openPart<Destination>(contextOf(options, 'destination'), open);
  return {
    manifest: manifest.destination,
    write: (batch, signal) => destination.write(batch, signal),
    ...(destination.position && { position: destination.position.bind(destination) }),
    check: (signal) => destination.check(signal),
    close,
  };
}

/** The HTTP client is closed with the part, or immediately if opening fails. */
function openPart<Part extends { close(): Promise<void> }>(
  context: ConnectorContext<unknown>,
  open: (context: ConnectorContext<unknown>) => Part,
): { readonly part: Part; readonly close: () => Promise<void> } {
  try {
    const part = open(context);
    return { part, close: () => part.close().finally(() => context.http.close()) };
  } catch (error) {
    void context.http.close();
    throw error;
  }
}

function contextOf(options: OpenOptions, side: Side): ConnectorContext<unknown> {
  const { connector, credential, pool, filesRoot = null, programs = [], log, now = Date.now } = options;
  const { manifest } = connector;
  const problems = schemaProblems(manifest, options.config);
  if (problems.length > 0) throw new ConfigInvalid(manifest.name, problems);
  if (credential && !manifest.auth.includes(credential.kind)) {
    const known = manifest.auth.filter((kind) => kind !== 'none').join(', ') || 'none';
    const message = `${manifest.name} does not accept a credential of kind ${credential.kind}; it accepts ${known}`;
    throw new Terminal('CREDENTIAL_INVALID', message, { field: 'kind' });
  }
  const config = manifest.config.parse(options.config);
  const limits = { ...manifest[side]?.limits, ...manifest.callLimits?.(config) };
  const origin = manifest.credentialOrigin?.(config);
  const http = {
    ...{ side, limits },
    ...(credential && { credential }),
    ...(origin && { origins: [origin] }),
  };
  return {
    config,
    http: pool.client(http),
    login: credential ? () => loginOf(credential) : null,
    redact: (text) => credential?.redact(text) ?? text,
    breaker: (target) => pool.breaker(target),
    resolveHost: async (host, port) => pool.resolveGuarded(host, port, { side }),
    filesRoot,
    programs,
    log: (line) => log?.(credential?.redact(line) ?? line),
    now,
  };
}

async function loginOf(credential: Credential) {
  const { username = '', password } = await credential.secret();
  return { username, password };
}
