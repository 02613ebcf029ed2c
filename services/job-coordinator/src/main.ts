import { runService } from '@tidemark/platform';
import { startJobCoordinator } from './job-coordinator.js';

await runService({ name: 'job-coordinator', start: startJobCoordinator });
