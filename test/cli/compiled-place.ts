import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The directory for what is compiled for the tests of one run. */
    compiledPlace: string;
  }
}

/** Makes the directory before the first test of a run, and removes it after the last. */
export default function makePlace(project: TestProject): () => void {
  const place = mkdtempSync(join(tmpdir(), 'bridge-compiled-'));
  project.provide('compiledPlace', place);
  return () => {
    rmSync(place, { recursive: true });
  };
}
