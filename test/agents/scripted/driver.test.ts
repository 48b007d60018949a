import { agentDriverContract } from '../../contracts/agent-driver.ts';
import { agentPromptsContract } from '../../contracts/agent-prompts.ts';
import { agentQueueContract } from '../../contracts/agent-queue.ts';
import { makeScriptedHarness } from './harness.ts';

agentDriverContract('scripted', () => makeScriptedHarness());
agentPromptsContract('scripted', () => makeScriptedHarness());
agentQueueContract('scripted', () => makeScriptedHarness());
