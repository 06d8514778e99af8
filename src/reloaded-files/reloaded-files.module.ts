import { Module } from '@nestjs/common';
import { OrganisationsFile } from './organisations-file.ts';

/** Files that variables name, which are read again while the service runs. */
@Module({ providers: [OrganisationsFile], exports: [OrganisationsFile] })
export class ReloadedFilesModule {}
