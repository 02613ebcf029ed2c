import { createServer, type AddressInfo } from 'node:net';
import {
  Server,
  ServerCredentials,
  setLogger,
  type ServiceDefinition as AnyServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { Conditions } from '@tidemark/foundation';
import type { Logger } from '@tidemark/platform';
import { HealthImplementation } from 'grpc-health-check';
import type { Authenticator } from '../auth/authenticator.js';
import type { EdgeLimits } from '../limits/edge-limits.js';
import { http2 } from '../limits/refusals.js';
import { Calls } from './calls.js';
import { Codec } from './codec.js';
import { guardedHandlers } from './guarded-handlers.js';
import { loadProtos, reflected } from './protos.js';
import type { Rpcs } from './rpc.js';

const RECEIVE_LIMIT = 1024 * 1024;
/** Of one connection. */
const MOST_STREAMS = 256;

export interface GrpcOptions {
  /** By the services' full names. */
  readonly services: { readonly [service: string]: Rpcs };
  readonly authenticator: Authenticator;
  /** The health service follows them: SERVING while they are ready. */
  readonly conditions: Conditions;
  readonly limits: EdgeLimits;
  readonly logger: Logger;
}

/** The gRPC side: the services, reflection, and health. */
export class GrpcServer {
  readonly #server = new Server({
    'grpc.max_receive_message_length': RECEIVE_LIMIT,
    'grpc.max_concurrent_streams': MOST_STREAMS,
  });
  readonly #connections = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
  readonly #listener = createServer({ noDelay: true }, (socket) => {
    if (this.#limits.connections.admit(socket, http2)) this.#connections.injectConnection(socket);
  });
  readonly #limits: EdgeLimits;
  readonly #health: HealthImplementation;
  readonly #names: readonly string[];
  readonly #unfollow: () => void;

  constructor({ services, authenticator, conditions, limits, logger }: GrpcOptions) {
    this.#limits = limits;
    // Otherwise the library writes to the terminal.
    setLogger({ error: (message: unknown) => logger.debug?.(message) });
    const protos = loadProtos();
    const calls = new Calls(new Codec(protos), authenticator, limits, logger);
    for (const [name, rpcs] of Object.entries(services)) {
      const definition = definitionOf(protos, name);
      this.#serve('with a key').addService(definition, handlersOf(definition, rpcs, calls));
    }
    this.#names = ['', ...Object.keys(services)];
    const status = conditions.ready ? 'SERVING' : 'NOT_SERVING';
    this.#health = new HealthImplementation(Object.fromEntries(this.#names.map((name) => [name, status])));
    this.#unfollow = conditions.onChange(() => this.#setHealth(conditions.ready ? 'SERVING' : 'NOT_SERVING'));
    this.#health.addToServer(this.#serve('without a key') as Server);
    new ReflectionService(reflected(protos)).addToServer(this.#serve('without a key'));
  }

  /** @returns the port, chosen by the system when 0 was requested. @throws Error of code EADDRINUSE */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject);
      this.#listener.listen(port, host, () => resolve(this.#port));
    });
  }

  get #port(): number {
    return (this.#listener.address() as AddressInfo | null)?.port ?? 0;
  }

  /** Adds services whose calls are counted. */
  #serve(open: 'with a key' | 'without a key') {
    const how = { open, port: () => this.#port };
    return {
      addService: (definition: AnyServiceDefinition, handlers: UntypedServiceImplementation) =>
        this.#server.addService(definition, guardedHandlers(definition, handlers, this.#limits, how)),
    };
  }

  /** Accepts no new calls and waits a little for those in progress. */
  async stop(drainMs: number): Promise<void> {
    this.#unfollow();
    this.#setHealth('NOT_SERVING');
    this.#listener.close();
    // Otherwise a client that watches the health would keep the server from stopping.
    const timer = setTimeout(() => this.#server.forceShutdown(), drainMs);
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    clearTimeout(timer);
  }

  #setHealth(status: 'SERVING' | 'NOT_SERVING'): void {
    for (const name of this.#names) this.#health.setStatus(name, status);
  }
}

function definitionOf(protos: PackageDefinition, name: string): ServiceDefinition {
  const definition = protos[name];
  if (!definition) throw new TypeError(`the protos have no service ${name}`);
  return definition as ServiceDefinition;
}

/** @throws TypeError when a method of the proto has no handler, or a handler no method */
function handlersOf(definition: ServiceDefinition, rpcs: Rpcs, calls: Calls): UntypedServiceImplementation {
  const unknown = Object.keys(rpcs).filter((method) => !(method in definition));
  if (unknown.length > 0) throw new TypeError(`no such methods in the proto: ${unknown.join(', ')}`);
  return Object.fromEntries(
    Object.entries(definition).map(([name, { path, requestType, responseType }]) => {
      const rpc = rpcs[name];
      if (!rpc) throw new TypeError(`${path} has no handler`);
      const method = { path, requestType: typeName(requestType), responseType: typeName(responseType) };
      return [name, 'answer' in rpc ? calls.unary(method, rpc) : calls.stream(method, rpc)];
    }),
  );
}

const typeName = (message: { readonly type: object }) => `tidemark.v1.${(message.type as { name: string }).name}`;
