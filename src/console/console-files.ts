import { Injectable } from '@nestjs/common';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** The page that `npm run build` makes of `console/`. The path is the same from `src/console/`, `build/console/` and `dist/chunks/`. */
const BUILT = new URL('../../console/dist/', import.meta.url);
const PAGE = 'index.html';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Best first. */
export const ENCODINGS = ['br', 'gzip'] as const;

/** A file as it is sent. */
export interface Asset {
  readonly contentType: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** The page and its few files, read once at the start. */
@Injectable()
export class ConsoleFiles {
  /** null: the console has not been built. */
  readonly page: string | null;
  private readonly assets: ReadonlyMap<string, Asset>;

  constructor() {
    const isBuilt = existsSync(new URL(PAGE, BUILT));
    this.page = isBuilt ? readFileSync(new URL(PAGE, BUILT), 'utf8') : null;
    this.assets = new Map(isBuilt ? readdirSync(BUILT).flatMap((name) => assetOf(name)) : []);
  }

  asset(name: string): Asset | undefined {
    return this.assets.get(name);
  }
}

function assetOf(name: string): (readonly [string, Asset])[] {
  const contentType = CONTENT_TYPES[extname(name)];
  if (contentType === undefined) return [];
  const read = (suffix: string): Buffer => readFileSync(new URL(name + suffix, BUILT));
  return [[name, { contentType, plain: read(''), br: read('.br'), gzip: read('.gz') }]];
}
