import { Module, type DynamicModule } from '@nestjs/common';
import type { Coordinator } from './coordinator.js';
import { ConnectionsController } from './messaging/connections.controller.js';
import { JobsController } from './messaging/jobs.controller.js';
import { WorkController } from './messaging/work.controller.js';
import { COORDINATOR } from './tokens.js';

/** What the coordinator answers and takes from the broker. */
@Module({})
export class JobCoordinatorModule {
  static forRoot(coordinator: Coordinator): DynamicModule {
    return {
      module: JobCoordinatorModule,
      controllers: [JobsController, ConnectionsController, WorkController],
      providers: [{ provide: COORDINATOR, useValue: coordinator }],
    };
  }
}
