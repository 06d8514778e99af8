import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

const { API_KEYS = '' } = process.env;

@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly keyHash = hash(API_KEYS.slice(API_KEYS.indexOf(':') + 1));

  canActivate(context: ExecutionContext): boolean {
    const key = context.switchToHttp().getRequest<IncomingMessage>().headers['x-api-key'];
    if (typeof key !== 'string' || !timingSafeEqual(hash(key), this.keyHash)) throw new UnauthorizedException();
    return true;
  }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
