import { isIP } from 'node:net';
import { isAbsolute, join, normalize } from 'node:path';
import { bytes, duration, integer, list, onOff, oneOf, path, port, secret, string, url } from './kinds.js';
import { defineSettings } from './settings.js';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Catches the usual mistake, a URL instead of a host; the guard itself parses the entries in full. */
function hostOrRange(entry: string): void {
  const host = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d{1,5})?$/i;
  const range = /^[0-9a-f:.]+(\/\d{1,3})?$/i;
  if (!host.test(entry) && !range.test(entry))
    throw new Error('write a host, host:port or CIDR, without scheme or path');
}

function absolutePath(entry: string): void {
  if (!isAbsolute(entry) || normalize(entry) !== entry || entry.endsWith('/'))
    throw new Error('write the absolute path of an executable, without . and ..');
}

function addressRange(entry: string): void {
  const [address = '', bits, ...rest] = entry.split('/');
  const width = isIP(address) === 4 ? 32 : 128;
  const fits = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width);
  if (isIP(address) === 0 || !fits || rest.length > 0)
    throw new Error('write an address or a CIDR, such as 10.0.0.0/8');
}

/** Every setting of the platform, each documented once. A service picks the ones it needs. */
export const platformSettings = defineSettings({
  host: string('TIDEMARK_HOST', 'Address that the HTTP and gRPC servers listen on', { default: '127.0.0.1' }),
  httpPort: port('TIDEMARK_HTTP_PORT', 'Port of the HTTP server; 0 chooses a free one', { default: 8080 }),
  publicUrl: url(
    'TIDEMARK_PUBLIC_URL',
    'Address at which browsers reach the gateway: `/oauth/callback` below it is the redirect URI of OAuth clients; default: where it listens',
    ['http', 'https'],
  ),
  grpcPort: port('TIDEMARK_GRPC_PORT', 'Port of the gRPC server; 0 chooses a free one', { default: 50051 }),
  dataDir: path('TIDEMARK_DATA_DIR', 'Folder of the embedded stores', { default: './data' }),
  apiKey: secret('TIDEMARK_API_KEY', 'API key of the default tenant, instead of a generated one', { minLength: 8 }),
  secretKey: secret(
    'TIDEMARK_SECRET_KEY',
    'Keys for stored credentials: 32 bytes each in hex or base64, separated by commas; the first encrypts, all decrypt. Default of standalone: `secret.key` in the data folder',
    {
      minLength: 32,
    },
  ),
  eventStore: url('TIDEMARK_EVENT_STORE', 'Event store; default: `events.db` in the data folder', [
    'sqlite',
    'esdb',
    'esdb+discover',
  ]),
  broker: url('TIDEMARK_BROKER', 'Broker; default: embedded, in the file of the event store', [
    'embedded',
    'nats',
    'tls',
  ]),
  readModel: url('TIDEMARK_READ_MODEL', 'Read model; default: `views.db` in the data folder', [
    'sqlite',
    'mongodb',
    'mongodb+srv',
  ]),
  blobs: url('TIDEMARK_BLOBS', 'Blob store; default: `blobs` in the data folder', ['file', 'nats', 'tls']),
  records: url(
    'TIDEMARK_RECORDS',
    'Record store: the synced objects of integrations; default: the server of the read model, or `records.db` in the data folder',
    ['sqlite', 'mongodb', 'mongodb+srv'],
  ),
  vault: url(
    'TIDEMARK_VAULT',
    'Store of encrypted credentials; default: the server of the read model, or `vault.db` in the data folder',
    ['sqlite', 'mongodb', 'mongodb+srv'],
  ),
  namespace: string(
    'TIDEMARK_NAMESPACE',
    'Prefix of everything on shared servers (streams, subjects, databases), which separates installations',
    {
      default: 'tidemark',
      pattern: /^[a-z][a-z0-9_-]{0,31}$/,
      patternText: 'be 1 to 32 of a-z, 0-9, _ and -, beginning with a letter',
    },
  ),
  natsReplicas: integer('TIDEMARK_NATS_REPLICAS', 'Copies of each stream and bucket on a cluster of NATS servers', {
    default: 1,
    min: 1,
    max: 5,
  }),
  natsStorage: oneOf('TIDEMARK_NATS_STORAGE', 'Where NATS keeps streams and buckets', ['file', 'memory'], {
    default: 'file',
  }),
  natsMaxAgeMs: duration('TIDEMARK_NATS_MAX_AGE_MS', 'How long NATS keeps dead letters; 0 for no limit', {
    default: 0,
    min: 0,
    max: 315_360_000_000,
  }),
  natsMaxBytes: bytes('TIDEMARK_NATS_MAX_BYTES', 'Maximum size of each stream of messages on NATS; 0 for no limit', {
    default: 0,
    min: 0,
    max: 1024 ** 5,
  }),
  fetchAllow: list(
    'TIDEMARK_FETCH_ALLOW',
    'Hosts (`api.internal`, `localhost:8081`) and CIDRs (`10.0.0.0/8`) that may be fetched from although they are private',
    { default: [], item: hostOrRange },
  ),
  fetchMaxBytes: bytes('TIDEMARK_FETCH_MAX_BYTES', 'Maximum size of a fetched body, after decompression', {
    default: 64 * 1024 ** 2,
    min: 1,
    max: 1024 ** 3,
  }),
  singerAllow: list(
    'TIDEMARK_SINGER_ALLOW',
    'Executables that the connector `singer` may run: absolute paths of Singer taps and targets, links resolved',
    { default: [], item: absolutePath },
  ),
  filesRoot: path(
    'TIDEMARK_FILES_ROOT',
    'Folder that holds a folder for each tenant, named by its id, for connectors of files; unset: they have no access. Default of standalone: `files` in the data folder',
  ),
  tenantMaxRunning: integer('TIDEMARK_TENANT_MAX_RUNNING', 'Maximum number of running jobs per tenant', {
    default: 5,
    min: 1,
    max: 100_000,
  }),
  runnerConcurrency: integer('TIDEMARK_RUNNER_CONCURRENCY', 'Maximum number of running stages per runner process', {
    default: 64,
    min: 1,
    max: 10_000,
  }),
  claimTimeoutMs: duration('TIDEMARK_CLAIM_TIMEOUT_MS', 'How long a runner may be silent before its claim expires', {
    default: 60_000,
    min: 1000,
    max: 86_400_000,
  }),
  stallTimeoutMs: duration(
    'TIDEMARK_STALL_TIMEOUT_MS',
    'How long a claim may report no progress before it counts as stalled',
    {
      default: 600_000,
      min: 1000,
      max: 86_400_000,
    },
  ),
  differConcurrency: integer(
    'TIDEMARK_DIFFER_CONCURRENCY',
    'Maximum number of running comparisons per differ process',
    {
      // A comparison keeps a processor busy and holds two documents in memory: more at once would not be faster.
      default: 2,
      min: 1,
      max: 64,
    },
  ),
  drainTimeoutMs: duration('TIDEMARK_DRAIN_TIMEOUT_MS', 'Time to finish work in progress when a service stops', {
    default: 2000,
    min: 0,
    max: 600_000,
  }),
  stopDelayMs: duration(
    'TIDEMARK_STOP_DELAY_MS',
    'How long the gateway still accepts requests after SIGTERM, while /readyz answers 503 for load balancers to notice',
    { default: 2000, min: 0, max: 600_000 },
  ),
  rateLimit: integer('TIDEMARK_RATE_LIMIT', 'Requests per minute per API key and gateway process; 0 for no limit', {
    default: 600,
    min: 0,
    max: 1_000_000,
  }),
  maxConnections: integer(
    'TIDEMARK_MAX_CONNECTIONS',
    'Connections to HTTP and gRPC together per gateway process; unset: half of its file descriptors, at most 10000',
    { min: 16, max: 1_000_000 },
  ),
  trustedProxies: list(
    'TIDEMARK_TRUSTED_PROXIES',
    'Addresses and CIDRs of proxies whose `X-Forwarded-For` or `Forwarded` is believed',
    { default: [], item: addressRange },
  ),
  demo: onOff('TIDEMARK_DEMO', 'Whether standalone starts its samples', { default: true }),
  logLevel: oneOf('TIDEMARK_LOG_LEVEL', 'Minimum log level', LOG_LEVELS, { default: 'info' }),
  otlpEndpoint: url(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OpenTelemetry collector (OTLP over HTTP); unset: nothing is exported',
    ['http', 'https'],
  ),
});

export type PlatformSettings = ReturnType<typeof platformSettings.parse>;

/** How streams and buckets on NATS are created; those that exist stay as they are. */
export const streamLimits = (
  settings: Pick<PlatformSettings, 'natsReplicas' | 'natsStorage' | 'natsMaxAgeMs' | 'natsMaxBytes'>,
) => ({
  replicas: settings.natsReplicas,
  storage: settings.natsStorage,
  maxAgeMs: settings.natsMaxAgeMs,
  maxBytes: settings.natsMaxBytes,
});

/** A URL for each port. */
export interface PortUrls {
  readonly eventStore: string;
  readonly broker: string;
  readonly readModel: string;
  readonly blobs: string;
  readonly records: string;
  readonly vault: string;
}

/** The port URLs as set, and the embedded adapters in the data folder for those that are not. */
export function standaloneUrls(
  settings: Pick<PlatformSettings, 'dataDir' | 'eventStore' | 'broker' | 'readModel' | 'blobs' | 'records' | 'vault'>,
): PortUrls {
  const { dataDir, readModel = '' } = settings;
  const beside = (file: string) => (/^mongodb/.test(readModel ?? '') ? readModel! : `sqlite:${join(dataDir, file)}`);
  return {
    eventStore: settings.eventStore ?? `sqlite:${join(dataDir, 'events.db')}`,
    broker: settings.broker ?? 'embedded:',
    readModel: settings.readModel ?? `sqlite:${join(dataDir, 'views.db')}`,
    records: settings.records ?? beside('records.db'),
    vault: settings.vault ?? beside('vault.db'),
    blobs: settings.blobs ?? `file:${join(dataDir, 'blobs')}`,
  };
}
