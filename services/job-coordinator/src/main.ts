import { runService } from '@tidemark/platform';
import { startJobCoordinator } from './job-coordinator.js';

await runService({ name: 'job-coordinator', ports: ['eventStore', 'broker', 'readModel'], start: startJobCoordinator });
