import { outboxScenarios } from './outbox-scenarios.ts';
import { runScenarios } from './run-scenarios.ts';

runScenarios(outboxScenarios);
