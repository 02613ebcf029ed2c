import { runService } from '@tidemark/platform';
import { differ } from './differ.service.js';

await runService(differ);
