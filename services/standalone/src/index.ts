export { startStandalone, type Standalone, type StandaloneSettings } from './standalone.js';
