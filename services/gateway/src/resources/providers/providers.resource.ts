import type { Resource } from '../../edge/resource.js';
import { ProvidersController } from './providers.controller.js';
import { Providers } from './providers.js';
import { providerRpcs } from './providers.rpc.js';

export const providers: Resource = { providers: [Providers], controllers: [ProvidersController], rpcs: [providerRpcs] };
