import { fileScenarios } from './file-scenarios.ts';
import { runScenarios } from './run-scenarios.ts';

runScenarios(fileScenarios);
