import type { PlatformSettings } from '@tidemark/config';
import type { CommandContext, Handlers, Verbs } from '@tidemark/contracts';
import type { Clock, Conditions, Daemon } from '@tidemark/foundation';
import type { ConnectorOpener } from '@tidemark/leg-runner';
import type { ConsumeOptions, Delivery, EventMapping } from '@tidemark/messaging';
import type { StageTable } from '@tidemark/pipelines';
import type { Projection, Projector } from '@tidemark/read-model';
import type { Attributes } from '@tidemark/telemetry';
import type { Follower } from './lag-watch.js';
import type { Adapters, PortName } from './ports.js';
import type { Logger } from './logger.js';

export type SettingName = keyof PlatformSettings;

/** The settings that a service names, and the one that every service has. */
export type SettingsOf<S extends SettingName> = Pick<PlatformSettings, S | 'drainTimeoutMs'>;

/** The input of a service's `build`. */
export interface ServiceContext<P extends PortName, S extends SettingName, Known extends object> {
  readonly adapters: Pick<Adapters, P>;
  readonly settings: SettingsOf<S>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Keeps the declared projections up to date. */
  readonly projector: Projector;
  /** Receives errors that have no caller. */
  readonly onError: (error: Error) => void;
  /** What is wrong in this process, for its health; shared by all services in it. */
  readonly conditions: Conditions;
  /** The declaration's `known`, with the replacements given at start. */
  readonly known: Known;
}

/** A durable consumer. Returning acknowledges; for errors see Broker.consume. */
export interface Consumer {
  readonly options: ConsumeOptions;
  /** `context` is of the tenant that the data names. */
  readonly handle: (data: never, context: CommandContext, delivery: Delivery) => Promise<void>;
}

/** The stages that a service runs. */
export interface StageParts {
  readonly table: StageTable;
  /** Legs in progress at once in this process. */
  readonly concurrency: number;
  /** Milliseconds of silence until the broker gives a leg to another runner. */
  readonly ackWaitMs: number;
  /** Absent where no stage opens connectors. */
  readonly opener?: ConnectorOpener;
}

/** A metric that is read whenever metrics are exported. */
export interface Gauge {
  readonly name: string;
  readonly description: string;
  readonly read: () => Iterable<readonly [value: number, attributes: Attributes]>;
}

/** One for each of a service's verbs. */
export type VerbHandlers = { readonly [verb: string]: (input: never, context: CommandContext) => unknown };

/** The parts of a service, not started yet. */
export interface ServiceParts<Exposed, H extends VerbHandlers = VerbHandlers> {
  /** One for each of the declared verbs. */
  readonly handlers?: H;
  readonly consumers?: readonly Consumer[];
  readonly stages?: StageParts;
  /** In the order of their start. */
  readonly daemons?: readonly Daemon[];
  /** Entry points for outside callers: started last, stopped first. */
  readonly edges?: readonly Daemon[];
  readonly gauges?: readonly Gauge[];
  /** Daemons that follow the log, besides relay and projections: one that falls behind shows in the health. */
  readonly followers?: readonly Follower[];
  /** Made available to the starter of the service. */
  readonly exposes?: Exposed;
}

/** The messages that a service publishes for stored events. */
export interface RelayDeclaration {
  readonly categories: readonly string[];
  readonly map: EventMapping;
}

/**
 * A service, before it runs: `startService` starts it, `runService` runs it as a process. Verbs are validated, traced and
 * answered, consumers and stages served, and projections kept up to date automatically.
 */
export interface ServiceDeclaration<P extends PortName, S extends SettingName, Known extends object, Exposed> {
  /** Also the name of its relay, and of the queue of its legs. */
  readonly name: string;
  /** The ports that it needs; `broker` always, `eventStore` for a relay, that and `readModel` for projections, `blobs` for stages. */
  readonly ports: readonly P[];
  /** The settings that it reads. */
  readonly settings?: readonly S[];
  /** Its table of verbs, besides those that every service answers. */
  readonly verbs?: Verbs;
  readonly relay?: RelayDeclaration;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the document types differ
  readonly projections?: readonly Projection<any>[];
  /** True: one of its edges answers /healthz and /readyz. */
  readonly hasHttp?: boolean;
  /** Built-in definitions, such as connectors; the starter of the service may replace them. */
  readonly known?: Known;
  /** Creates the parts; starts nothing. */
  build(context: ServiceContext<P, S, Known>): ServiceParts<Exposed> | Promise<ServiceParts<Exposed>>;
}

/** Any service. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- built-in definitions differ by service
export type AnyService = ServiceDeclaration<PortName, SettingName, any, unknown>;

/** The process's conditions, and replacements for the system's time and for the declaration's `known`. */
export type Overrides<Known extends object> = Partial<Known> & {
  readonly clock?: Clock;
  readonly conditions?: Conditions;
};

/** A started service. */
export interface RunningService<Exposed = unknown> {
  readonly exposed: Exposed;
  /**
   * Stops accepting work, lets running work end or gives it back after the drain timeout, and releases its resources.
   * @throws the first error of a part that could not be stopped; all others are still stopped
   */
  stop(): Promise<void>;
}

/** A declaration whose handlers are checked against its verbs. */
type Checked<P extends PortName, S extends SettingName, V extends Verbs, Known extends object, Exposed> = Omit<
  ServiceDeclaration<P, S, Known, Exposed>,
  'verbs' | 'build'
> & {
  readonly verbs?: V;
  build(
    context: ServiceContext<P, S, Known>,
  ): ServiceParts<Exposed, Handlers<V, CommandContext>> | Promise<ServiceParts<Exposed, Handlers<V, CommandContext>>>;
};

/** @throws TypeError when the service does not name a port that it needs */
export function defineService<
  P extends PortName,
  S extends SettingName = never,
  V extends Verbs = Record<never, never>,
  Known extends object = object,
  Exposed = undefined,
>(declaration: Checked<P, S, V, Known, Exposed>): ServiceDeclaration<P, S, Known, Exposed> {
  const { name, relay, projections } = declaration;
  const ports: readonly PortName[] = declaration.ports;
  const needed: PortName[] = ['broker'];
  if (relay) needed.push('eventStore');
  if (projections) needed.push('eventStore', 'readModel');
  for (const port of needed) if (!ports.includes(port)) throw new TypeError(`${name} needs the port ${port}`);
  return declaration;
}
