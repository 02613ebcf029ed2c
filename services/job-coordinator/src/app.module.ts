import { Module, type DynamicModule } from '@nestjs/common';
import type { Coordinator } from './coordinator.js';
import { WorkController } from './messaging/work.controller.js';
import { COORDINATOR } from './tokens.js';

/** What the coordinator takes from its work queue. */
@Module({})
export class JobCoordinatorModule {
  static forRoot(coordinator: Coordinator): DynamicModule {
    return {
      module: JobCoordinatorModule,
      controllers: [WorkController],
      providers: [{ provide: COORDINATOR, useValue: coordinator }],
    };
  }
}
