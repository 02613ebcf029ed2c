import { platformSettings, SettingsError, standaloneUrls, streamLimits, type PlatformSettings } from '@tidemark/config';
import { Conditions, messageOf, sleep, visible, type Stoppable } from '@tidemark/foundation';
import { observableGauge, startTelemetry } from '@tidemark/telemetry';
import { openAdapters } from './adapters.js';
import { variables, type Adapters, type PortName } from './ports.js';
import { Restarting } from './restarting.js';
import { openDataFolder } from './data-folder.js';
import { startHealthServer } from './health-server.js';
import type { Overrides, ServiceDeclaration, SettingName } from './declaration.js';
import { createLogger, type Logger } from './logger.js';
import { describeProblem } from './start-problems.js';
import { startService } from './start-service.js';

export interface ProcessOptions<P extends PortName> {
  readonly name: string;
  /** The ports that the process needs; each is opened by its URL in the settings. */
  readonly ports: readonly P[];
  /** True: the started service answers /healthz and /readyz itself. */
  readonly hasHttp?: boolean;
  start(
    adapters: Pick<Adapters, P>,
    settings: PlatformSettings,
    logger: Logger,
    conditions: Conditions,
  ): Promise<Stoppable>;
}

/** Not settings of a service: the command line's. */
const OTHERS: ReadonlySet<string> = new Set(['TIDEMARK_URL', 'TIDEMARK_API_KEY_FILE']);

/** The subjects of the conditions of a process that does not serve yet, or soon no longer. */
const [START, STOP] = ['start', 'stop'];

/** Runs one service as this process; see runProcess. */
export const runService = <P extends PortName, S extends SettingName, Known extends object, Exposed>(
  service: ServiceDeclaration<P, S, Known, Exposed>,
): Promise<void> =>
  runProcess({
    name: service.name,
    ports: service.ports,
    hasHttp: service.hasHttp ?? false,
    start: (adapters, settings, logger, conditions) =>
      startService(service, adapters, settings, logger, { conditions } as Overrides<Known>),
  });

/**
 * Runs `start` as this process until SIGTERM or SIGINT: settings from the environment, telemetry, adapters,
 * then the rest. Problems at start are reported in a line each, and the exit code is 1.
 */
export async function runProcess<P extends PortName>(options: ProcessOptions<P>): Promise<void> {
  const { name, ports } = options;
  let settings: PlatformSettings | undefined;
  try {
    settings = platformSettings.parse(process.env);
    // Whatever this process writes is for its user alone.
    process.umask(0o077);
    if (usesFolder(ports, settings)) openDataFolder(settings.dataDir);
    const telemetry = await startTelemetry({ service: name, endpoint: settings.otlpEndpoint ?? undefined });
    const logger = createLogger(name, settings.logLevel);
    for (const variable of platformSettings.unknown(process.env, 'TIDEMARK_').filter((other) => !OTHERS.has(other)))
      logger.warn(`${variable} is not a setting of Tidemark: is it misspelt?`);
    const conditions = observedConditions(logger);
    assertNamed(ports, settings);
    const run = new Restarting((again) => begin(options, settings!, { logger, conditions, again }), fail);
    const announce = async () => {
      conditions.raise(STOP, 'the process is stopping', 'unready');
      if (options.hasHttp) await sleep(settings!.stopDelayMs);
    };
    const stop = () => run.stop().finally(() => telemetry.stop());
    // A signal may come before everything has started.
    untilSignalled({ announce, stop, withinMs: cutOffAfterMs(settings) });
    await run.start();
  } catch (error) {
    fail(error);
  }

  function fail(error: unknown): never {
    const problems =
      error instanceof SettingsError
        ? error.problems.map(({ message }) => message)
        : [describeProblem(error, settings)];
    for (const problem of problems) process.stderr.write(`${name}: ${visible(problem)}\n`);
    process.exit(1);
  }
}

/** Opens the adapters and starts the rest on them. */
async function begin<P extends PortName>(
  { ports, hasHttp, start }: ProcessOptions<P>,
  settings: PlatformSettings,
  process: { readonly logger: Logger; readonly conditions: Conditions; readonly again: (reason: Error) => void },
): Promise<Stoppable> {
  const { logger, conditions, again } = process;
  conditions.raise(START, 'the process is starting', 'unready');
  const adapters = await openAdapters(ports, {
    urls: standaloneUrls(settings),
    namespace: settings.namespace,
    streams: streamLimits(settings),
    onError: (error) => logger.error(error),
    conditions,
    onChange: (reason) => {
      logger.warn(`starting again: ${reason.message}`);
      conditions.raise(START, 'the process is starting again', 'unready');
      again(reason);
    },
  });
  const started: Stoppable[] = [{ stop: () => adapters.close() }];
  const stop = async () => {
    for (const part of started.toReversed()) await part.stop();
  };
  try {
    if (!hasHttp) started.push(await startHealthServer(adapters as Partial<Adapters>, conditions, settings));
    started.push(await start(adapters, settings, logger, conditions));
    conditions.clear(START);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** The conditions of this process; changes are logged, and the current ones are a metric. */
function observedConditions(logger: Logger): Conditions {
  const conditions = new Conditions();
  conditions.onChange(({ subject, detail, severity }, change) => {
    if (change === 'cleared') logger.log(`well again: ${subject}`);
    else if (subject === START || subject === STOP) logger.log(detail);
    else logger.warn(`${severity}: ${subject}: ${detail}`);
  });
  observableGauge('tidemark_conditions', 'What is wrong in this process: 1 for each', () =>
    conditions.list().map(({ subject, severity }) => [1, { subject, severity }] as const),
  );
  return conditions;
}

/**
 * A longer shutdown is cut off: running work is given to another runner or resumed after a restart. The
 * parts of one service drain together, several services one after the other.
 */
const cutOffAfterMs = ({ drainTimeoutMs, stopDelayMs }: PlatformSettings) => stopDelayMs + 2 * drainTimeoutMs + 500;

interface Stopping {
  /** Resolves when callers had time to notice that this process will stop. */
  announce(): Promise<void>;
  stop(): Promise<void>;
  readonly withinMs: number;
}

/** SIGTERM is announced first; SIGINT, which a person sends, ends the process as soon as running work has ended. */
function untilSignalled({ announce, stop, withinMs }: Stopping): void {
  let stopping = false;
  const end = (signal: NodeJS.Signals) => {
    // A second signal does not wait.
    if (stopping) process.exit(130);
    stopping = true;
    setTimeout(() => process.exit(0), withinMs).unref();
    const announced = announce();
    (signal === 'SIGTERM' ? announced : Promise.resolve()).then(stop).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${messageOf(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

/**
 * Stores of one process alone beside servers that other processes share would be read by this process only: all are named,
 * or none is. @throws Error that names the setting
 */
function assertNamed(ports: readonly PortName[], settings: PlatformSettings): void {
  const shared = ports.find((port) => SHARED.test(settings[port] ?? ''));
  const missing = ports.find((port) => isUnnamed(port, settings));
  if (shared && missing)
    throw new Error(
      `${variables[missing]}: must be set, because ${variables[shared]} names a server that other processes share`,
    );
}

/** Whether one of the stores is in the data folder, because it has no URL. */
const usesFolder = (ports: readonly PortName[], settings: PlatformSettings) =>
  ports.some((port) => port !== 'broker' && isUnnamed(port, settings));

const SHARED = /^(nats|tls|esdb|mongodb)/;

/** Neither has the port a URL, nor is its default the server of another one. */
const isUnnamed = (port: PortName, settings: PlatformSettings) =>
  settings[port] === null && !SHARED.test(standaloneUrls(settings)[port]);
