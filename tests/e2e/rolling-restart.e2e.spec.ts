import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, randomNamespace } from '@tidemark/test-kit';
import { environmentOf } from '../installations/cluster.js';
import { freePort } from '../installations/free-port.js';
import { Program } from '../installations/program.js';
import { serverUrls } from '../installations/urls.js';
import { BalancedLoad } from './testing/balanced-load.js';

const servers = serverUrls();
const KEY = 'tmk_rolling-restart';
const patient = { timeout: 60_000, interval: 50 };

const services = ['job-coordinator', 'connector-runner', 'differ', 'gateway'] as const;
interface Running {
  readonly program: Program;
  readonly httpPort: number;
}

(servers ? describe : describe.skip)('a rolling restart under load', () => {
  const running = new Map<string, Running>();
  const started: Program[] = [];
  let environment: Record<string, string>;
  let load: BalancedLoad | undefined;

  beforeEach(() => {
    environment = {
      ...(environmentOf(servers!, randomNamespace()) as Record<string, string>),
      TIDEMARK_API_KEY: KEY,
      TIDEMARK_RATE_LIMIT: '0',
      TIDEMARK_LOG_LEVEL: 'error',
      // Time enough on a busy machine.
      TIDEMARK_STOP_DELAY_MS: '5000',
      TIDEMARK_DRAIN_TIMEOUT_MS: '20000',
    };
  });

  afterEach(async () => {
    await load?.stop();
    for (const program of started) program.signal('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
  });

  const readiness = async (port: number) =>
    (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status;

  async function start(service: (typeof services)[number], httpPort: number, grpcPort = 0): Promise<Running> {
    const ports = { TIDEMARK_HTTP_PORT: String(httpPort), TIDEMARK_GRPC_PORT: String(grpcPort) };
    const program = new Program(service, { ...environment, ...ports });
    started.push(program);
    await eventually(async () => (await readiness(httpPort)) === 200, `${service} to be ready`, patient);
    return { program, httpPort };
  }

  it('fails no request, whichever service is replaced', async () => {
    const ports = await Promise.all(Array.from({ length: 12 }, freePort));
    const edges = [0, 1].map((n) => ({ httpPort: ports[n]!, grpcPort: ports[2 + n]! }));
    for (const [n, service] of services.entries())
      running.set(
        service,
        service === 'gateway'
          ? await start(service, edges[0]!.httpPort, edges[0]!.grpcPort)
          : await start(service, ports[4 + n]!),
      );
    load = new BalancedLoad(edges, KEY);
    await load.start(40);

    const answers = async () => {
      const before = load!.answered;
      await eventually(() => load!.answered > before + 100, 'requests between the restarts', patient);
    };
    for (const [n, service] of services.entries()) {
      await answers();
      const old = running.get(service)!;
      await (service === 'gateway'
        ? start(service, edges[1]!.httpPort, edges[1]!.grpcPort)
        : start(service, ports[8 + n]!));
      old.program.signal('SIGTERM');
      expect(await old.program.ended).toEqual({ code: 0, signal: null });
    }
    await answers();
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(500);
  }, 300_000);
});
