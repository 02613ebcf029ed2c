import type { Resource } from '../../edge/resource.js';
import { OverviewController } from './overview.controller.js';
import { Overview } from './overview.js';
import { overviewRpcs } from './overview.rpc.js';

export const overview: Resource = { providers: [Overview], controllers: [OverviewController], rpcs: [overviewRpcs] };
