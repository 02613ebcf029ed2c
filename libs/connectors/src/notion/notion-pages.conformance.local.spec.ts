import { sourceConformance } from '../testing/conformance.js';
import { notionConnector } from './notion.connector.js';
import { NotionWorld } from './testing/world.js';
import { wrong } from './testing/wrong.js';

for (const [kind, object] of [
  ['pages', 'pages'],
  ['pages of a database', 'pages'],
] as const)
  sourceConformance(`notion ${kind}`, {
    connector: notionConnector,
    object,
    start: (objects) => NotionWorld.start(kind, objects),
    wrong,
  });
