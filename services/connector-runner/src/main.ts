import { runService } from '@tidemark/platform';
import { connectorRunner } from './connector-runner.service.js';

await runService(connectorRunner);
