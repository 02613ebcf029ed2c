import { runService } from '@tidemark/platform';
import { startDiffer } from './differ.js';

await runService({ name: 'differ', start: startDiffer });
