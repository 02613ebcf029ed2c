import type { ServerErrorResponse, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { uuidv7 } from '@tidemark/foundation';
import { toTidemarkError } from '../errors/to-error.js';
import { addressGroup, clientAddress } from '../limits/client-address.js';
import type { EdgeLimits } from '../limits/edge-limits.js';
import { grpcError } from './grpc-error.js';

interface Call {
  getPeer(): string;
  on(event: 'cancelled' | 'finish' | 'close', listener: () => void): unknown;
  emit(event: 'error', error: Partial<ServerErrorResponse>): boolean;
  readonly metadata: { get(name: string): readonly (string | Buffer)[] };
}
type Handler = (call: Call, callback?: (...answer: unknown[]) => void) => void;

/** `127.0.0.1:50123` → `127.0.0.1` */
const hostOf = (peer: string) => peer.replace(/:\d+$/, '');

/** The caller's address, behind trusted proxies as well. */
export function addressOf(call: Pick<Call, 'getPeer' | 'metadata'>, { trusted }: EdgeLimits): string {
  const header = (name: string) => call.metadata.get(name).join(',') || undefined;
  const headers = { 'x-forwarded-for': header('x-forwarded-for'), forwarded: header('forwarded') };
  return clientAddress(hostOf(call.getPeer()), headers, trusted);
}

/** The handlers of a service, whose calls keep their connections busy. */
export const guardedHandlers = (
  definition: ServiceDefinition,
  handlers: UntypedServiceImplementation,
  limits: EdgeLimits,
  { port, open }: { readonly port: () => number; readonly open: 'with a key' | 'without a key' },
): UntypedServiceImplementation =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => {
      const key = Object.keys(definition).find((method) => method.toLowerCase() === name.toLowerCase());
      const streams = key !== undefined && (definition[key]!.responseStream || definition[key]!.requestStream);
      const guarded: Handler = (call, callback) => {
        const ends = [limits.connections.begin(port(), call.getPeer())];
        const end = () => ends.forEach((one) => one());
        for (const event of ['cancelled', 'finish', 'close'] as const) call.on(event, end);
        try {
          if (streams && open === 'without a key')
            ends.push(limits.publicStreams.take(addressGroup(addressOf(call, limits))));
        } catch (error) {
          return void call.emit('error', grpcError(toTidemarkError(error), uuidv7()));
        }
        const answer = callback && ((...results: unknown[]) => (end(), callback(...results)));
        (handle as unknown as Handler)(call, answer);
      };
      return [name, guarded as never];
    }),
  );
