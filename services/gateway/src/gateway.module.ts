import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { Conditions } from '@tidemark/foundation';
import type { Adapters, Logger } from '@tidemark/platform';
import { Projector } from '@tidemark/read-model';
import { Authenticator } from './edge/auth/authenticator.js';
import { KeyStore } from './edge/auth/key-store.js';
import { ScopeGuard } from './edge/auth/scope.guard.js';
import { CommandClient } from './edge/command-client.js';
import { DifferClient } from './edge/differ-client.js';
import { HttpErrorsFilter } from './edge/errors/http-errors.filter.js';
import { HealthController } from './edge/health/health.controller.js';
import { ReadinessProbe } from './edge/health/readiness.js';
import { TraceInterceptor } from './edge/http/trace.interceptor.js';
import { KeyedRequests } from './edge/keyed-requests.js';
import { EdgeLimits } from './edge/limits/edge-limits.js';
import { OpenVault } from './edge/open-vault.js';
import { PublicUrl } from './edge/public-url.js';
import { Ports } from './edge/ports.js';
import type { Resource } from './edge/resource.js';
import { DtoPipe } from './edge/validation/dto.pipe.js';
import * as resourcesByName from './resources/resources.js';

/** The dependencies of a gateway; adapters are closed by the code that opened them. */
export interface GatewayDeps {
  readonly adapters: Adapters;
  readonly projector: Projector;
  /** Requests per minute and key; 0 for no limit. */
  readonly rateLimit: number;
  readonly limits: EdgeLimits;
  readonly logger: Logger;
  readonly conditions: Conditions;
  readonly vault: OpenVault;
  readonly publicUrl: PublicUrl;
}

export const resources: readonly Resource[] = Object.values(resourcesByName);

/** The edge as a Nest module: all routes, and everything that HTTP and gRPC share. */
@Module({})
export class GatewayModule {
  static forRoot({
    adapters,
    projector,
    rateLimit,
    limits,
    logger,
    conditions,
    vault,
    publicUrl,
  }: GatewayDeps): DynamicModule {
    const keys = new KeyStore(adapters.eventStore);
    const authenticator = new Authenticator({
      find: (hash) => keys.find(hash),
      perMinute: rateLimit,
      streams: limits.streams,
    });
    return {
      module: GatewayModule,
      controllers: [...resources.flatMap(({ controllers = [] }) => controllers), HealthController],
      providers: [
        { provide: Ports, useValue: adapters },
        { provide: Projector, useValue: projector },
        { provide: Conditions, useValue: conditions },
        { provide: KeyStore, useValue: keys },
        { provide: Authenticator, useValue: authenticator },
        { provide: OpenVault, useValue: vault },
        { provide: PublicUrl, useValue: publicUrl },
        { provide: EdgeLimits, useValue: limits },
        { provide: APP_GUARD, useClass: ScopeGuard },
        { provide: APP_PIPE, useClass: DtoPipe },
        { provide: APP_INTERCEPTOR, useClass: TraceInterceptor },
        { provide: APP_FILTER, useValue: new HttpErrorsFilter(logger) },
        CommandClient,
        DifferClient,
        KeyedRequests,
        ReadinessProbe,
        ...resources.flatMap(({ providers }) => providers),
      ],
    };
  }
}
