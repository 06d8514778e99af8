/**
 * Prints what the service would use of the environment and `.env`, secrets masked: `npm run check-config`. Exits 1 when it would not
 * start. In an image without this project: `node dist/main.js --check`.
 */
import { compileSourceOnImport } from './compile-on-import.ts';

compileSourceOnImport();
const { printConfigCheck } = await import('../src/config/environment/check-config.ts');
process.exitCode = printConfigCheck(process.env);
