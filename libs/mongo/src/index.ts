export { Labels } from './labels.js';
export { Connection, databaseIn, DUPLICATE_KEY, upserted, type Unavailable } from './connection.js';
