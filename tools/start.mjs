// npm start: Tidemark in one process, from a fresh clone or an installed one.
import { become, ensureBuilt, ensureInstalled } from './lib/workspace.mjs';

ensureInstalled();
ensureBuilt();
become(['services/standalone/dist/main.js', ...process.argv.slice(2)]);
