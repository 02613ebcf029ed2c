import { allPorts, runService } from '@tidemark/platform';
import { startDiffer } from './differ.js';

await runService({ name: 'differ', ports: allPorts, start: startDiffer });
