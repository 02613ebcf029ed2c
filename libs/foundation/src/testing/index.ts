export { daemonLifecycle, type DaemonSubject } from './daemon-lifecycle.js';
