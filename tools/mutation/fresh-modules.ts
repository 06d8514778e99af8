import { type LoadFnOutput, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Modules of `src/` and `test/` that are loaded anew when asked: a mutant must not see what another one left in a module, such as
 * remembered results. Each file is compiled once; libraries stay loaded.
 */
export class FreshModules {
  private generation = 0;

  constructor() {
    const root = pathToFileURL(`${process.cwd()}/`).href;
    const compiled = new Map<string, LoadFnOutput>();
    registerHooks({
      resolve: (specifier, context, next) => {
        const resolved = next(specifier, context);
        const isOurs = /^(src|test|client|console|sandbox)\/(?!support\/runner\/)/.test(
          resolved.url.slice(root.length),
        );
        if (!resolved.url.startsWith(root) || !isOurs) return resolved;
        return { ...resolved, url: `${withoutQuery(resolved.url)}?generation=${this.generation}` };
      },
      load: (url, context, next) => {
        const path = withoutQuery(url);
        const known = compiled.get(path);
        if (known) return known;
        const loaded = { ...next(path, context), shortCircuit: true };
        if (path !== url) compiled.set(path, loaded);
        return loaded;
      },
    });
  }

  renew(): void {
    this.generation += 1;
  }
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*/, '');
}
