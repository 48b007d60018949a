import { runVai } from './program.ts';

process.exitCode = await runVai(['stop', ...process.argv.slice(2)], 'vexit');
