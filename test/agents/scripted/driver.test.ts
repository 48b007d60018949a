import { agentDriverContract } from '../../contracts/agent-driver.ts';
import { makeScriptedHarness } from './harness.ts';

agentDriverContract('scripted', () => makeScriptedHarness());
