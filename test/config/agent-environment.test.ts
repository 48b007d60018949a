import { expect, it } from 'vitest';

import { agentEnvironment, inheritedEnvironment } from '../../src/config/agent-environment.ts';

const environment = {
  DISCORD_BOT_TOKEN: 'secret',
  TMUX: '/tmp/tmux,1,0',
  CLAUDECODE: '1',
  npm_config_prefix: '/x',
  GONE: undefined,
  HOME: '/home/you',
  PATH: '/usr/bin',
  BRIDGE_SESSION: '9',
};

it('hands on the environment without secrets, and without what would mislead an agent', () => {
  expect(inheritedEnvironment(environment)).toEqual({ HOME: '/home/you', PATH: '/usr/bin', BRIDGE_SESSION: '9' });
});

it('gives an agent its own session, whatever was inherited', () => {
  expect(agentEnvironment({ environment, session: 2, token: 'pane', home: '/bridge', path: '/bin' })).toEqual({
    HOME: '/home/you',
    PATH: '/bin',
    BRIDGE_HOME: '/bridge',
    BRIDGE_SESSION: '2',
    BRIDGE_SESSION_TOKEN: 'pane',
  });
});
