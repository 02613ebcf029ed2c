import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { Adapters, Logger } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import { Authenticator } from './edge/auth/authenticator.js';
import { ScopeGuard } from './edge/auth/scope.guard.js';
import { ChangesController } from './resources/changes/changes.controller.js';
import { Changes } from './resources/changes/changes.js';
import { ComparisonsController } from './resources/comparisons/comparisons.controller.js';
import { Comparisons } from './resources/comparisons/comparisons.js';
import { ConnectionsController } from './resources/connections/connections.controller.js';
import { Connections } from './resources/connections/connections.js';
import { CommandClient } from './edge/command-client.js';
import { ConnectorsController } from './resources/connectors/connectors.controller.js';
import { Connectors } from './resources/connectors/connectors.js';
import { Dependencies } from './resources/dependencies/dependencies.js';
import { HttpErrorsFilter } from './edge/errors/http-errors.filter.js';
import { HealthController } from './edge/health/health.controller.js';
import { ReadinessProbe } from './edge/health/readiness.js';
import { TraceInterceptor } from './edge/http/trace.interceptor.js';
import { IgnoresController } from './resources/ignores/ignores.controller.js';
import { Ignores } from './resources/ignores/ignores.js';
import { JobWakeups } from './resources/jobs/job-wakeups.js';
import { JobsController } from './resources/jobs/jobs.controller.js';
import { Jobs } from './resources/jobs/jobs.js';
import { KeyStore } from './edge/auth/key-store.js';
import { KeysController } from './resources/keys/keys.controller.js';
import { Keys } from './resources/keys/keys.js';
import { keysProjection } from './resources/keys/keys.projection.js';
import { OverviewController } from './resources/overview/overview.controller.js';
import { Overview } from './resources/overview/overview.js';
import { ProjectionsController } from './resources/projections/projections.controller.js';
import { Projections } from './resources/projections/projections.js';
import { ProvidersController } from './resources/providers/providers.controller.js';
import { Providers } from './resources/providers/providers.js';
import type { GatewaySettings } from './edge/settings.js';
import { SnapshotsController } from './resources/snapshots/snapshots.controller.js';
import { Snapshots } from './resources/snapshots/snapshots.js';
import { ADAPTERS, PROJECTOR } from './edge/tokens.js';
import { DtoPipe } from './edge/validation/dto.pipe.js';

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
