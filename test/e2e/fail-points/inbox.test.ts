import { inboxScenarios } from './inbox-scenarios.ts';
import { runScenarios } from './run-scenarios.ts';

runScenarios(inboxScenarios);
