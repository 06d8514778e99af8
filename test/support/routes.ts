import { type Service } from './service.ts';

/** A route as the server has it, with the names of its parameters. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route that the server has: it prints them as a tree, four characters a level, each line with its part of the path. */
export function routesOf({ app }: Service): readonly Route[] {
  const lines = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }).split('\n');
  const parts: string[] = [];
  return lines.flatMap((line: string) => {
    const [, indent = '', part = '', methods = ''] = /^(.*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    const depth = indent.length / 4;
    parts.splice(depth, Infinity, part);
    const path = parts.join('');
    return methods === '' ? [] : methods.split(', ').map((method) => ({ method, path }));
  });
}
