import { extname } from 'node:path';
import { ChildProgram } from '@tidemark/test-kit';

/** Lets a process without a compiler import TypeScript sources by the names that they import each other by. */
const resolveSources = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    try { return next(name, context); }
    catch (error) {
      if (!/^(\\.|file:).*\\.js$/.test(name)) throw error;
      return next(name.replace(/\\.js$/, '.ts'), context);
    }
  },
});`;

/**
 * A process of its own with a blob store.
 * @param script an ES module's text; `store` is the store of the URL, `say` prints a line
 */
export function storeProgram(url: string, namespace: string | undefined, script: string): ChildProgram {
  const index = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href;
  const text = `
    import { createBlobStore } from ${JSON.stringify(index)};
    const store = await createBlobStore(${JSON.stringify(url)}, ${JSON.stringify({ namespace })});
    const say = (line) => process.stdout.write(line + '\\n');
    ${script}
    await store.close();`;
  return new ChildProgram(text, {
    flags: [
      ...['--conditions=@tidemark/source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning'],
      ...['--import', `data:text/javascript,${encodeURIComponent(resolveSources)}`],
    ],
  });
}
