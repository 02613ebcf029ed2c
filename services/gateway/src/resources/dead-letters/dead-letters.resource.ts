import type { Resource } from '../../edge/resource.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLetters } from './dead-letters.js';
import { deadLetterRpcs } from './dead-letters.rpc.js';

export const deadLetters: Resource = {
  providers: [DeadLetters],
  controllers: [DeadLettersController],
  rpcs: [deadLetterRpcs],
};
