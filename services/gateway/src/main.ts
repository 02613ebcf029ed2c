import { allPorts, runService } from '@tidemark/platform';
import { startGateway } from './start-gateway.js';

await runService({
  name: 'gateway',
  ports: allPorts,
  hasHttp: true,
  start: startGateway,
});
