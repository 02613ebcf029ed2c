import type { Resource } from '../../edge/resource.js';
import { IgnoresController } from './ignores.controller.js';
import { Ignores } from './ignores.js';
import { ignoreRpcs } from './ignores.rpc.js';

export const ignores: Resource = { providers: [Ignores], controllers: [IgnoresController], rpcs: [ignoreRpcs] };
