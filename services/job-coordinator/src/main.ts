import { runService } from '@tidemark/platform';
import { jobCoordinator } from './job-coordinator.service.js';

await runService(jobCoordinator);
