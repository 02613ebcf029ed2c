import { allPorts, runService } from '@tidemark/platform';
import { edgeSettings } from './settings.js';
import { startGateway } from './start-gateway.js';

await runService({
  name: 'gateway',
  ports: allPorts,
  hasHttp: true,
  start: (adapters, settings, logger) =>
    startGateway(adapters, { ...settings, ...edgeSettings.parse(process.env) }, logger),
});
