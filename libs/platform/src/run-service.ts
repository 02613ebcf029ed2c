import { platformSettings, SettingsError, standaloneUrls, type PlatformSettings } from '@tidemark/config';
import { startTelemetry } from '@tidemark/telemetry';
import { openAdapters, type Adapters } from './adapters.js';
import { createLogger, type Logger } from './logger.js';

/** A started service. */
export interface Service {
  /** Takes nothing new, lets what is in work end or gives it back, and releases what it holds. */
  stop(): Promise<void>;
}

export interface ServiceDefinition {
  readonly name: string;
  start(adapters: Adapters, settings: PlatformSettings, logger: Logger): Promise<Service>;
}

/** An end that takes longer is cut off: whatever was in work is given to another runner or resumed after a restart. */
const STOP_WITHIN_MS = 4500;

/**
 * Runs one service as this process until SIGTERM or SIGINT: settings from the environment, telemetry, adapters, then
 * the service. What is wrong at the start is told in a line each, and the exit code is 1.
 */
export async function runService({ name, start }: ServiceDefinition): Promise<void> {
  try {
    const settings = platformSettings.parse(process.env);
    const telemetry = await startTelemetry({ service: name, endpoint: settings.otlpEndpoint ?? undefined });
    const logger = createLogger(name, settings.logLevel);
    const onError = (error: Error) => logger.error(error);
    const adapters = await openAdapters({ urls: standaloneUrls(settings), namespace: settings.namespace, onError });
    const service = await start(adapters, settings, logger).catch(async (error: unknown) => {
      await adapters.close();
      throw error;
    });
    untilSignalled(async () => {
      await service.stop();
      await adapters.close();
      await telemetry.stop();
    });
  } catch (error) {
    const problems = error instanceof SettingsError ? error.problems.map(({ message }) => message) : [messageOf(error)];
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

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `${address}:${port} is in use; choose another port (TIDEMARK_HTTP_PORT, TIDEMARK_GRPC_PORT)`;
  return error.message;
}
