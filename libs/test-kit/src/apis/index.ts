// Small servers that behave like the services of the connectors; each names its reference documentation.
export { JsonApi, type JsonApiFault, type JsonApiRecord, type JsonApiRequest, type JsonApiStyle } from './json-api.js';
export { GoogleDriveApi, driveError, type DriveFile } from './google-drive.js';
export { MicrosoftGraphApi, graphError, type GraphMessage, type Mailbox } from './microsoft-graph.js';
export { oauthClient, type ApiAnswer, type ApiFault, type ApiRequest, type OAuthApi } from './oauth-api.js';
export { GithubApi, secondaryLimit, type GithubCommit, type GithubItem, type GithubRepository } from './github.js';
export { NotionApi, notionError, type NotionObject } from './notion.js';
