import type { Resource } from '../../edge/resource.js';
import { Dependencies } from './dependencies.js';

export const dependencies: Resource = { providers: [Dependencies] };
