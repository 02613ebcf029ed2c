import { Server, ServerCredentials, setLogger, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import type { Conditions } from '@tidemark/foundation';
import type { Logger } from '@tidemark/platform';
import { HealthImplementation } from 'grpc-health-check';
import type { Authenticator } from '../auth/authenticator.js';
import { addressOf } from '../edge-daemon.js';
import { Calls } from './calls.js';
import { Codec } from './codec.js';
import { loadProtos, reflected } from './protos.js';
import type { Rpcs } from './rpc.js';

const RECEIVE_LIMIT = 1024 * 1024;

export interface GrpcOptions {
  /** By the services' full names. */
  readonly services: { readonly [service: string]: Rpcs };
  readonly authenticator: Authenticator;
  /** The health service follows them: SERVING while they are ready. */
  readonly conditions: Conditions;
  readonly logger: Logger;
}

/** The gRPC side: the services, reflection, and health. */
export class GrpcServer {
  readonly #server = new Server({ 'grpc.max_receive_message_length': RECEIVE_LIMIT });
  readonly #health: HealthImplementation;
  readonly #names: readonly string[];
  readonly #unfollow: () => void;

  constructor({ services, authenticator, conditions, logger }: GrpcOptions) {
    // Otherwise the library writes to the terminal.
    setLogger({ error: (message: unknown) => logger.debug?.(message) });
    const protos = loadProtos();
    const calls = new Calls(new Codec(protos), authenticator, logger);
    for (const [name, rpcs] of Object.entries(services))
      this.#server.addService(definitionOf(protos, name), handlersOf(definitionOf(protos, name), rpcs, calls));
    this.#names = ['', ...Object.keys(services)];
    const status = conditions.ready ? 'SERVING' : 'NOT_SERVING';
    this.#health = new HealthImplementation(Object.fromEntries(this.#names.map((name) => [name, status])));
    this.#unfollow = conditions.onChange(() => this.#setHealth(conditions.ready ? 'SERVING' : 'NOT_SERVING'));
    this.#health.addToServer(this.#server);
    new ReflectionService(reflected(protos)).addToServer(this.#server);
  }

  /** @returns the port, chosen by the system when 0 was requested. @throws Error of code EADDRINUSE */
  listen(host: string, port: number): Promise<number> {
    const address = addressOf(host, port);
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
        if (!error) return resolve(bound);
        const inUse = error.message.includes('EADDRINUSE') && { code: 'EADDRINUSE', address: host, port };
        reject(Object.assign(new Error(`gRPC cannot listen on ${address}: ${error.message}`), inUse));
      });
    });
  }

  /** Accepts no new calls and waits a little for those in progress. */
  async stop(drainMs: number): Promise<void> {
    this.#unfollow();
    this.#setHealth('NOT_SERVING');
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
