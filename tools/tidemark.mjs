// npm run tidemark -- …: the command line.
import { become, ensureBuilt, ensureInstalled } from './lib/workspace.mjs';

ensureInstalled();
ensureBuilt();
become(['services/cli/dist/main.js', ...process.argv.slice(2)]);
