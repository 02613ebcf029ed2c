export { failure, HttpWorld } from './http-world.js';
export { TokenServer, type TokenRequest } from './token-server.js';
