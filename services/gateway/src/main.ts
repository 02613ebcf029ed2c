import { runService } from '@tidemark/platform';
import { gateway } from './gateway.service.js';

await runService(gateway);
