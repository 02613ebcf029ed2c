import { healthVerbsOf, projectionVerbsOf } from '@tidemark/contracts';
import { Conditions, DaemonGroup, daemonOf, systemClock, type Clock, type Daemon } from '@tidemark/foundation';
import { LegRunner } from '@tidemark/leg-runner';
import type { Relaying } from '@tidemark/messaging';
import { mountRoutes } from '@tidemark/messaging/nest';
import { Projector, type Projection } from '@tidemark/read-model';
import { observableGauge } from '@tidemark/telemetry';
import type { Adapters, PortName } from './ports.js';
import type {
  AnyService,
  Overrides,
  RelayDeclaration,
  RunningService,
  ServiceDeclaration,
  ServiceParts,
  SettingName,
  SettingsOf,
  StageParts,
} from './declaration.js';
import { healthOf } from './health.js';
import { LagWatch, type Follower } from './lag-watch.js';
import { quietly, type Logger } from './logger.js';
import { projectionHandlers } from './projection-handlers.js';
import { consumedBy, servedVerbs } from './routes.js';

interface Surroundings {
  readonly adapters: Adapters;
  readonly clock: Clock;
  readonly projector: Projector;
  readonly drainMs: number;
  readonly logger: Logger;
  readonly onError: (error: Error) => void;
  readonly conditions: Conditions;
}

/**
 * Starts a service; the adapters stay the caller's. Any number may run side by side on the same stores. It starts in this
 * order, and stops in the opposite one: projections, daemons, relay, then together the parts that accept work (verbs,
 * consumers, legs, edges).
 * @throws the error of the part that could not start; the started ones are stopped
 */
export async function startService<P extends PortName, S extends SettingName, Known extends object, Exposed>(
  service: ServiceDeclaration<P, S, Known, Exposed>,
  given: Pick<Adapters, P>,
  settings: SettingsOf<S>,
  logger: Logger,
  { clock = systemClock, conditions = new Conditions(), ...replaced }: Overrides<Known> = {} as Overrides<Known>,
): Promise<RunningService<Exposed>> {
  const adapters = Object.fromEntries(service.ports.map((port) => [port, given[port]])) as unknown as Adapters;
  const onError = (error: Error) => logger.error(error);
  const known = { ...service.known, ...replaced } as unknown as Known;
  const { projections = [] } = service;
  const { eventStore, readModel } = adapters;
  const projector = new Projector({ eventStore, readModel, projections, onError, conditions });
  const parts = await service.build({ adapters, settings, logger, clock, projector, onError, conditions, known });
  const group = daemonsOf(service as unknown as AnyService, parts, {
    ...{ adapters, clock, projector, drainMs: settings.drainTimeoutMs, logger, onError, conditions },
  });
  await group.start();
  for (const { name, description, read } of parts.gauges ?? []) observableGauge(name, description, read);
  return { exposed: parts.exposes as Exposed, stop: () => group.stop() };
}

function daemonsOf(service: AnyService, parts: ServiceParts<unknown>, around: Surroundings): DaemonGroup {
  const { stages, daemons = [], edges = [], followers = [] } = parts;
  const relay = service.relay && relaying(service.name, service.relay, around);
  const views = (service.projections ?? []).map((projection) => viewOf(projection, around));
  const intake = [
    mounted(service, parts, around),
    ...(stages ? [legRunner(service.name, stages, around)] : []),
    ...edges,
  ];
  return new DaemonGroup([
    around.projector,
    ...daemons,
    ...(relay ? [relay.daemon] : []),
    watching([...followers, ...(relay ? [relay] : []), ...views], around),
    new DaemonGroup(intake, { stop: 'together' }),
  ]);
}

const watching = (followers: readonly Follower[], { adapters: { eventStore }, conditions, onError }: Surroundings) =>
  followers.length > 0 ? new LagWatch({ followers, eventStore, conditions, onError }) : new DaemonGroup([]);

/** A view that is out of date makes the lists of a process incomplete; one that cannot be read has its own check. */
const viewOf = (
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the document types differ
  projection: Projection<any>,
  { adapters: { readModel } }: Surroundings,
): Follower => ({
  subject: `lag of the view ${projection.name}`,
  severity: 'degraded',
  categories: projection.streams.map(({ category }) => category),
  position: () =>
    readModel
      .view<never>(projection)
      .position()
      .catch(() => undefined),
});

/** The verbs and consumers of the service, on the broker. */
function mounted(
  { name, verbs, projections }: AnyService,
  { handlers, consumers = [] }: ServiceParts<unknown>,
  { adapters, clock, projector, logger, drainMs, conditions }: Surroundings,
): Daemon {
  const serve = [
    ...servedVerbs(verbs ?? {}, handlers),
    ...servedVerbs(healthVerbsOf(name), { ping: () => healthOf(adapters, conditions) }),
  ];
  if (projections)
    serve.push(
      ...servedVerbs(
        projectionVerbsOf(name),
        projectionHandlers(name, adapters.readModel, projector, projections, clock),
      ),
    );
  const routes = { serve, consume: consumedBy(consumers) };
  return daemonOf(() => mountRoutes(adapters.broker, routes, { logger: quietly(logger), drainMs }));
}

const legRunner = (
  service: string,
  { table, ...limits }: StageParts,
  { adapters: { broker, blobs }, clock, drainMs, conditions, onError }: Surroundings,
): Daemon => new LegRunner({ broker, blobs, clock, service, stages: table, drainMs, conditions, onError, ...limits });

/** Publishes the messages of stored events. */
function relaying(
  name: string,
  relay: RelayDeclaration,
  { adapters: { broker, eventStore }, onError }: Surroundings,
): Follower & { readonly daemon: Daemon } {
  let running: Relaying | undefined;
  const daemon = daemonOf(async () => (running = await broker.relay({ ...relay, name, source: eventStore, onError })));
  const { categories } = relay;
  return {
    subject: `lag of the relay of ${name}`,
    severity: 'unready',
    categories,
    position: () => running?.position,
    daemon,
  };
}
