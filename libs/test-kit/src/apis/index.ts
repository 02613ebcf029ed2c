// Small servers that answer as the services do that the connectors talk to; each names the reference it was written from.
export { JsonApi, type JsonApiFault, type JsonApiRecord, type JsonApiRequest, type JsonApiStyle } from './json-api.js';
