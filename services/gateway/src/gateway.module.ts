import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { Adapters, Logger } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import { Authenticator } from './auth/authenticator.js';
import { ScopeGuard } from './auth/scope.guard.js';
import { ChangesController } from './changes/changes.controller.js';
import { Changes } from './changes/changes.js';
import { ComparisonsController } from './comparisons/comparisons.controller.js';
import { Comparisons } from './comparisons/comparisons.js';
import { ConnectionsController } from './connections/connections.controller.js';
import { Connections } from './connections/connections.js';
import { CommandClient } from './command-client.js';
import { ConnectorsController } from './connectors/connectors.controller.js';
import { Connectors } from './connectors/connectors.js';
import { Dependencies } from './dependencies/dependencies.js';
import { HttpErrorsFilter } from './errors/http-errors.filter.js';
import { HealthController } from './health/health.controller.js';
import { ReadinessProbe } from './health/readiness.js';
import { TraceInterceptor } from './http/trace.interceptor.js';
import { IgnoresController } from './ignores/ignores.controller.js';
import { Ignores } from './ignores/ignores.js';
import { JobWakeups } from './jobs/job-wakeups.js';
import { JobsController } from './jobs/jobs.controller.js';
import { Jobs } from './jobs/jobs.js';
import { KeyStore } from './keys/key-store.js';
import { KeysController } from './keys/keys.controller.js';
import { Keys } from './keys/keys.js';
import { keysProjection } from './keys/keys.projection.js';
import { OverviewController } from './overview/overview.controller.js';
import { Overview } from './overview/overview.js';
import { ProjectionsController } from './projections/projections.controller.js';
import { Projections } from './projections/projections.js';
import { ProvidersController } from './providers/providers.controller.js';
import { Providers } from './providers/providers.js';
import type { GatewaySettings } from './settings.js';
import { SnapshotsController } from './snapshots/snapshots.controller.js';
import { Snapshots } from './snapshots/snapshots.js';
import { ADAPTERS, PROJECTOR } from './tokens.js';
import { DtoPipe } from './validation/dto.pipe.js';

/** What a gateway works with; whoever opened the adapters closes them. */
export interface GatewayDeps {
  readonly adapters: Adapters;
  readonly settings: Pick<GatewaySettings, 'rateLimit'>;
  readonly logger: Logger;
}

/** The edge as a Nest module: every route, and what HTTP and gRPC have in common. */
@Module({})
export class GatewayModule {
  static forRoot({ adapters, settings, logger }: GatewayDeps): DynamicModule {
    const keys = new KeyStore(adapters.eventStore);
    const authenticator = new Authenticator({ find: (hash) => keys.find(hash), perMinute: settings.rateLimit });
    const projector = new Projector({
      eventStore: adapters.eventStore,
      readModel: adapters.readModel,
      projections: [keysProjection],
      onError: (error) => logger.error(error),
    });
    return {
      module: GatewayModule,
      controllers: [
        ConnectionsController,
        JobsController,
        SnapshotsController,
        ChangesController,
        IgnoresController,
        ComparisonsController,
        ProvidersController,
        ConnectorsController,
        OverviewController,
        KeysController,
        ProjectionsController,
        HealthController,
      ],
      providers: [
        { provide: ADAPTERS, useValue: adapters },
        { provide: PROJECTOR, useValue: projector },
        { provide: KeyStore, useValue: keys },
        { provide: Authenticator, useValue: authenticator },
        { provide: APP_GUARD, useClass: ScopeGuard },
        { provide: APP_PIPE, useClass: DtoPipe },
        { provide: APP_INTERCEPTOR, useClass: TraceInterceptor },
        { provide: APP_FILTER, useValue: new HttpErrorsFilter(logger) },
        ...[CommandClient, Connections, JobWakeups, Jobs, Dependencies, Snapshots, Ignores, Changes, Comparisons],
        ...[Providers, Connectors, Overview, Keys, Projections],
        ReadinessProbe,
      ],
    };
  }
}
