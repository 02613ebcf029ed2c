import { sourceConformance } from '@tidemark/connector-sdk/testing';
import { connector } from './notion.connector.js';
import { NotionWorld } from './testing/world.js';
import { wrong } from './testing/wrong.js';

for (const [kind, object] of [
  ['pages', 'pages'],
  ['pages of a database', 'pages'],
] as const)
  sourceConformance(`notion ${kind}`, {
    connector,
    object,
    start: (objects) => NotionWorld.start(kind, objects),
    wrong,
  });
