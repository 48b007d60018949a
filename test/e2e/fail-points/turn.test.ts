import { turnScenarios } from './turn-scenarios.ts';
import { runScenarios } from './run-scenarios.ts';

runScenarios(turnScenarios);
