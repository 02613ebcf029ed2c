import { defineConnector } from '../sdk/connector.js';
import { type GithubConfig, githubManifest } from './github.manifest.js';
import { GithubSource } from './source.js';

export const githubConnector = defineConnector<GithubConfig>(githubManifest, {
  openSource: (context) => new GithubSource(context),
});
