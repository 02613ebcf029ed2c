import { platformSettings, SettingsError, standaloneUrls, type PlatformSettings } from '@tidemark/config';
import { messageOf } from '@tidemark/foundation';
import { startTelemetry } from '@tidemark/telemetry';
import { openAdapters, type Adapters, type PortName } from './adapters.js';
import { assertWritable } from './data-folder.js';
import { startHealthServer } from './health-server.js';
import { createLogger, type Logger } from './logger.js';
import { describeProblem } from './start-problems.js';
import type { Service } from './service.js';

export interface ServiceDefinition<P extends PortName> {
  readonly name: string;
  /** What the service needs; each is opened by its URL in the settings. */
  readonly ports: readonly P[];
  /** True: the service answers /healthz and /readyz itself. */
  readonly hasHttp?: boolean;
  start(adapters: Pick<Adapters, P>, settings: PlatformSettings, logger: Logger): Promise<Service>;
}

/** Not settings of a service: the command line's. */
const OTHERS: ReadonlySet<string> = new Set(['TIDEMARK_URL']);

/** An end that takes longer is cut off: whatever was in work is given to another runner or resumed after a restart. */
const STOP_WITHIN_MS = 4500;

/**
 * Runs one service as this process until SIGTERM or SIGINT: settings from the environment, telemetry, adapters, then
 * the service. What is wrong at the start is told in a line each, and the exit code is 1.
 */
export async function runService<P extends PortName>({
  name,
  ports,
  hasHttp,
  start,
}: ServiceDefinition<P>): Promise<void> {
  let settings: PlatformSettings | undefined;
  try {
    settings = platformSettings.parse(process.env);
    if (usesFolder(ports, settings)) assertWritable(settings.dataDir);
    const telemetry = await startTelemetry({ service: name, endpoint: settings.otlpEndpoint ?? undefined });
    const logger = createLogger(name, settings.logLevel);
    for (const variable of platformSettings.unknown(process.env, 'TIDEMARK_').filter((other) => !OTHERS.has(other)))
      logger.warn(`${variable} is not a setting of Tidemark: is it misspelt?`);
    const onError = (error: Error) => logger.error(error);
    const needs = { urls: standaloneUrls(settings), namespace: settings.namespace, onError };
    const adapters = await openAdapters(ports, needs);
    const started: Service[] = [{ stop: () => telemetry.stop() }, { stop: () => adapters.close() }];
    const stop = async () => {
      for (const part of started.toReversed()) await part.stop();
    };
    try {
      if (!hasHttp) started.push(await startHealthServer(adapters as Partial<Adapters>, settings));
      started.push(await start(adapters, settings, logger));
    } catch (error) {
      await stop();
      throw error;
    }
    untilSignalled(stop);
  } catch (error) {
    const problems =
      error instanceof SettingsError
        ? error.problems.map(({ message }) => message)
        : [describeProblem(error, settings)];
    for (const problem of problems) process.stderr.write(`${name}: ${problem}\n`);
    process.exit(1);
  }
}

function untilSignalled(stop: () => Promise<void>): void {
  let stopping = false;
  const end = () => {
    // A second signal does not wait.
    if (stopping) process.exit(130);
    stopping = true;
    setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    stop().then(
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

/** Whether one of the stores is in the data folder, for want of a URL. */
const usesFolder = (ports: readonly PortName[], settings: PlatformSettings) =>
  ports.some((port) => port !== 'broker' && settings[port] === null);
