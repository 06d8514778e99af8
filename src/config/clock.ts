import { Injectable } from '@nestjs/common';

/** The time of day, as epoch milliseconds; handed in so that a test can say what time it is. */
@Injectable()
export class Clock {
  now(): number {
    return Date.now();
  }
}
