import { Controller, Get, Header, Headers, Param, Redirect, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { Public } from '../auth/public.decorator.ts';
import { Config } from '../config/config.ts';
import { accepts } from '../http-server/accepts.ts';
import { Problem } from '../problems/problem.ts';
import { ConsoleFiles, ENCODINGS } from './console-files.ts';

/** No inline script or style, nothing from elsewhere, in no frame; no text becomes markup (Trusted Types). */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Stands for the mode of authentication in the built page. */
const AUTH_MODE = '{{AUTH_MODE}}';

/** The page for people: an empty shell that asks the public API for everything. */
@ApiExcludeController()
@Public()
@Controller('console')
export class ConsoleController {
  constructor(
    private readonly files: ConsoleFiles,
    private readonly config: Config,
  ) {}

  @Header('content-security-policy', CONTENT_SECURITY_POLICY)
  @Header('referrer-policy', 'no-referrer')
  @Header('cache-control', 'no-store')
  @Get()
  page(@Res({ passthrough: true }) reply: FastifyReply): string {
    const { page } = this.files;
    if (page === null) throw new Problem('route_not_found', 'The console has not been built: npm run build.');
    void reply.type('text/html; charset=utf-8');
    return page.replace(AUTH_MODE, this.config.auth.mode);
  }

  /** Nest strips one of the two slashes. The page's own URLs are relative, so after a trailing slash they would not resolve. */
  @Get('//')
  @Redirect('../console', 308) // Relative, as a gateway may have put a path in front.
  withSlash(): void {
    // The decorator does everything.
  }

  /** The name contains a hash of the content, so a file never changes. */
  @Get(':file')
  asset(
    @Param('file') file: string,
    @Headers('accept-encoding') acceptEncoding: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Buffer {
    const asset = this.files.asset(file);
    if (!asset) throw new Problem('route_not_found', 'The console has no such file. Reload the page.');
    const encoding = ENCODINGS.find((one) => accepts(acceptEncoding, one));
    void reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
    void reply.type(asset.contentType);
    if (encoding !== undefined) void reply.header('content-encoding', encoding);
    return asset[encoding ?? 'plain'];
  }
}
