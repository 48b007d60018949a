import { agentDriverContract } from '../../contracts/agent-driver.ts';
import { agentQueueContract } from '../../contracts/agent-queue.ts';
import { makeScriptedHarness } from './harness.ts';

agentDriverContract('scripted', () => makeScriptedHarness());
agentQueueContract('scripted', () => makeScriptedHarness());
