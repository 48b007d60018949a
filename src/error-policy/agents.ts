import { refused, row } from './row.ts';

/** What goes wrong between the bridge and an agent. */
export const agents = {
  'agent-unknown': refused('There is no agent named "…".', '', 'Take one of the agents that it names.'),
  'agent-start-failed': row(
    'not-done',
    'restart',
    [
      'Claude Code did not start. …',
      'Claude Code runs, but it does not run the hooks of the bridge.',
      'The practice agent of session … did not start: …',
    ],
    'what the lines of its screen say; or hooks are turned off in its settings',
    'Start it by hand in the working directory to see what it needs.',
  ),
  'agent-gone': row(
    'not-done',
    'wait-for-agent',
    ['The agent has ended.', 'The agent of session … has ended.', 'The agent ended before it took the message.'],
    'its process died; the message waits for the next one',
    'It comes back by itself: see `vai status`.',
  ),
  'agent-busy': row(
    'not-done',
    'wait-for-agent',
    ['The agent is ….', 'Another message is being typed.', 'The agent of session … works.'],
    'it works on something',
    'Wait until it is idle.',
  ),
  'agent-not-idle': row(
    'not-done',
    'wait-for-agent',
    ['The agent of session … is ….', 'The agent is ….'],
    'it works on something',
    'Wait until it is idle.',
  ),
  'agent-not-ready': refused(
    'The agent of session … works on nothing that could be stopped (…).',
    'it is idle, starting, or waits for a person',
    'See `vai status`.',
  ),
  'agent-waiting': row(
    'not-done',
    'wait-for-person',
    'The agent waits for a person (…).',
    'a request is open',
    'Answer it first: `vai prompts`.',
  ),
  'agent-dialog': row(
    'not-done',
    'wait-for-person',
    'The agent shows a dialog instead of its input box.',
    'a menu or warning is open',
    'Answer it at the terminal: `vai attach N`.',
  ),
  'input-not-empty': row(
    'not-done',
    'retry-some',
    'The agent’s input box could not be emptied.',
    'somebody types there',
    'Empty it at the terminal: `vai attach N`.',
  ),
  'agent-input-stuck': row(
    'not-done',
    'retry-some',
    'The input box of the agent cannot be emptied.',
    'somebody types there',
    'Empty it at the terminal: `vai attach N`.',
  ),
  'delivery-disturbed': row(
    'not-done',
    'retry-some',
    'Somebody typed in between.',
    'somebody at the terminal pressed Enter on half of the text',
    'It is typed again.',
  ),
  'delivery-stopped': row(
    'not-done',
    'wait-for-agent',
    ['The delivery was stopped before it was complete.', 'The delivery was stopped.'],
    'the session, or the bridge, is being stopped',
    'It goes on with the next start.',
  ),
  'delivery-unconfirmed': row(
    'unknown',
    'look-up',
    ['The agent did not confirm the message.', 'The terminal was lost with the last key.'],
    'the agent or the machine was too slow, or a crash at the worst moment',
    'It is looked up before it is sent again.',
  ),
  'delivery-unsure': row(
    'unknown',
    'look-up',
    'The agent has not confirmed the message.',
    'the agent or the machine was too slow',
    'It is looked for before it is sent again.',
  ),
  'prompt-altered': row(
    'not-done',
    'retry-some',
    'The text arrived altered … times and was refused each time.',
    'the terminal or the agent changes what is typed',
    'Send it in smaller parts.',
  ),
  'agent-garbled': row(
    'not-done',
    'retry-some',
    'The agent did not read the text as it was typed, … times.',
    'the terminal changes what is typed',
    'Send it in smaller parts.',
  ),
  'prompt-not-taken': row(
    'not-done',
    'push',
    'The agent left the text in its input box.',
    'the agent does not react to Enter',
    'Look at the terminal: `vai attach N`.',
  ),
  'agent-silent': row(
    'not-done',
    'push',
    'The agent did not take the message.',
    'the agent does not react to Enter',
    'Look at the terminal: `vai attach N`.',
  ),
  'agent-unreachable': row(
    'not-done',
    'retry-some',
    'The text could not be typed: ….',
    'tmux does not answer',
    'See `vai logs`.',
  ),
  'interrupt-failed': row(
    'unknown',
    'none',
    'The agent did not stop its turn.',
    'it does not react to Escape',
    'Look at the terminal: `vai attach N`.',
  ),
} as const;

/** What agents ask, and what people answer. */
export const prompts = {
  'prompt-unknown': refused('There is no request "…".', 'a typing mistake', 'See what is open with `vai prompts`.'),
  'prompt-gone': refused(
    [
      'Request "…" is not open any more.',
      'The agent does not wait for "…" any more.',
      'The agent does not wait for prompt "…" any more.',
    ],
    'answered, decided at the terminal, or the agent ended',
    'See what is open with `vai prompts`.',
  ),
  'answer-unfit': refused(
    ['A … is not answered by a yes.', 'The agent did not ask "…"', '(why the answer does not fit)'],
    'a question must be given word for word, with an answer of its kind',
    'See `vai prompts --json`; `vai answer ID --choose "Question=Answer"`.',
  ),
  'answer-does-not-fit': refused(
    ['"…" is no answer to "…".', '(why the answer does not fit)'],
    'the agent asks for another kind of answer',
    'See `vai prompts --json`.',
  ),
  'answer-unwritable': refused(
    ['The decision on "…" cannot be written: ….', 'The answer … cannot be written: ….'],
    'the disk is full, or the permissions of `state/`',
    'Make room on the disk, and decide again.',
  ),
  'trust-not-answered': refused(
    'The agent goes on asking whether it may trust its directory.',
    'its dialog does not react to keys',
    'Answer at its terminal: `vai attach N`.',
  ),
} as const;
