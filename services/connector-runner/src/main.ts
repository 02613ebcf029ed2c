import { runService } from '@tidemark/platform';
import { startConnectorRunner } from './connector-runner.js';

await runService({ name: 'connector-runner', ports: ['broker', 'blobs'], start: startConnectorRunner });
