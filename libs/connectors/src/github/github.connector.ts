import { defineConnector } from '@tidemark/connector-sdk';
import { type GithubConfig, manifest } from './github.manifest.js';
import { GithubSource } from './source.js';

export const connector = defineConnector<GithubConfig>(manifest, {
  openSource: (context) => new GithubSource(context),
});
