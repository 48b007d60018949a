import { runVai } from './program.ts';

void runVai(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
