import type { Resource } from '../../edge/resource.js';
import { HooksController } from './hooks.controller.js';
import { Hooks } from './hooks.js';

export const hooks: Resource = { providers: [Hooks], controllers: [HooksController] };
