export { startTcpProxy, type TcpProxy, type ProxyMode, type Direction } from './tcp-proxy.js';
export { eventually, waitFor, signal, type EventuallyOptions } from './eventually.js';
export { temporaryFolder, randomNamespace, type TemporaryFolder } from './temporary-folder.js';
export { FakeClock, type FakeTimer } from './fake-clock.js';
export { withMembers } from './with-members.js';
