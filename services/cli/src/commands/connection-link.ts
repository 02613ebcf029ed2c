import { Option, type Command } from 'commander';
import { jsonObject, jsonObjects, several } from '../options.js';

/** What a connection reads from and writes to, as options. */
export interface LinkOptions {
  readonly url?: string;
  readonly connector: string;
  readonly config?: Record<string, unknown>;
  readonly credential?: string;
  readonly object?: readonly string[];
  readonly destination?: readonly object[];
}

export const withLink = (command: Command): Command =>
  command
    .option('--url <url>', 'URL of the API description')
    .option('--connector <name>', 'connector to read with', 'openapi')
    .option('--config <json>', "the connector's config as a JSON object", jsonObject)
    .option('--credential <id>', 'stored credential to sign in with')
    .addOption(new Option('--object <name>', 'read only this object; repeatable').argParser(several))
    .addOption(
      new Option(
        '--destination <json>',
        'write to it: a JSON object with name, connector, config …; repeatable',
      ).argParser(jsonObjects),
    );

export const linkOf = ({ url, connector, config, credential, object, destination }: LinkOptions) => ({
  source: {
    connector,
    config: { ...config, ...(url && { url }) },
    ...(credential && { credentialId: credential }),
    ...(object && { objects: object }),
  },
  ...(destination && { destinations: destination }),
});
