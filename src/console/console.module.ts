import { Module } from '@nestjs/common';
import { ConsoleController } from './console.controller.ts';
import { ConsoleFiles } from './console-files.ts';

/** Serves the page for people (`console/`). */
@Module({ controllers: [ConsoleController], providers: [ConsoleFiles] })
export class ConsoleModule {}
