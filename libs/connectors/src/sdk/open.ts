import type { FieldProblem } from '@tidemark/contracts';
import { Terminal, type Credential, type HttpPool, type Side } from '@tidemark/resilience';
import type { Connector, ConnectorContext } from './connector.js';
import type { Destination } from './destination.js';
import { configProblems } from './manifest.js';
import type { Source } from './source.js';

export interface OpenOptions {
  readonly connector: Connector;
  /** As it was written down; checked here. */
  readonly config: unknown;
  readonly credential?: Credential;
  /** What all connections of a process share. It stays open. */
  readonly pool: HttpPool;
  /** Absolute path of the folder inside which connectors may touch files; without it they touch none. */
  readonly filesRoot?: string;
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: () => number;
}

/** A config that the connector's manifest does not accept. */
export class ConfigInvalid extends Terminal {
  constructor(
    connector: string,
    readonly problems: readonly FieldProblem[],
  ) {
    const all = problems.map(({ field, message }) => `${field} ${message}`).join('; ');
    super('CONFIG_INVALID', `the config of ${connector} is not valid: ${all}`, { field: problems[0]!.field });
  }
}

/**
 * What it is made of is closed with it, and pages have a size within the manifest's limits, whatever is asked for.
 * @throws ConfigInvalid · Terminal when the connector reads nothing, or takes no such credential
 */
export function openSource(options: OpenOptions): Source {
  const { manifest, openSource: open } = options.connector;
  if (!manifest.source || !open) throw new Terminal('SOURCE_NOT_FOUND', `${manifest.name} is no source`);
  const source = closingWith(contextOf(options, 'source'), (context) => open(context as ConnectorContext<never>));
  const { min, max } = manifest.source.pageSize;
  const read = source.read.bind(source);
  source.read = ({ pageSize, ...request }) =>
    read(pageSize === undefined ? request : { ...request, pageSize: Math.min(Math.max(pageSize, min), max) });
  return source;
}

/** What it is made of is closed with it. @throws ConfigInvalid · Terminal as `openSource` */
export function openDestination(options: OpenOptions): Destination {
  const { manifest, openDestination: open } = options.connector;
  if (!manifest.destination || !open) throw new Terminal('DESTINATION_NOT_FOUND', `${manifest.name} is no destination`);
  return closingWith(contextOf(options, 'destination'), (context) => open(context as ConnectorContext<never>));
}

/** Closes the connector's HTTP client with what was opened, or with the attempt. */
function closingWith<T extends { close(): Promise<void> }>(
  context: ConnectorContext<unknown>,
  open: (context: ConnectorContext<unknown>) => T,
): T {
  try {
    const opened = open(context);
    const close = opened.close.bind(opened);
    opened.close = () => close().finally(() => context.http.close());
    return opened;
  } catch (error) {
    void context.http.close();
    throw error;
  }
}

function contextOf(options: OpenOptions, side: Side): ConnectorContext<unknown> {
  const { connector, credential, pool, filesRoot = null, now = Date.now } = options;
  const { manifest } = connector;
  const problems = configProblems(manifest, options.config);
  if (problems.length > 0) throw new ConfigInvalid(manifest.name, problems);
  if (credential && !manifest.auth.includes(credential.kind)) {
    const known = manifest.auth.filter((kind) => kind !== 'none').join(', ') || 'none';
    const message = `${manifest.name} takes no credential of the kind ${credential.kind}, but ${known}`;
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
    now,
  };
}

async function loginOf(credential: Credential) {
  const { username = '', password } = await credential.secret();
  return { username, password };
}
