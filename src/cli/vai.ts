import { runVai } from './program.ts';

process.exitCode = await runVai(process.argv.slice(2));
