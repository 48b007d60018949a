import { runVai } from './program.ts';

void runVai(['stop', ...process.argv.slice(2)], 'vexit').then((exitCode) => {
  process.exitCode = exitCode;
});
