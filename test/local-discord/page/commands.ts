import type { APIApplicationCommand } from 'discord-api-types/v10';

function command(name: string, options: readonly object[] = [], type = 1): APIApplicationCommand {
  return { id: name, application_id: '2', version: '1', type, name, description: name, options } as never;
}

/** What a server may offer. */
export const commands: readonly APIApplicationCommand[] = [
  command('status'),
  command('deploy', [
    { type: 3, name: 'branch', description: '', required: true, autocomplete: true, max_length: 40 },
    {
      ...{ type: 3, name: 'where', description: '', required: true },
      choices: [
        { name: 'Staging', value: 'stg' },
        { name: 'Production', value: 'prd' },
      ],
    },
    { type: 5, name: 'force', description: '' },
    { type: 4, name: 'replicas', description: '', min_value: 1, max_value: 9 },
    { type: 11, name: 'log', description: '' },
  ]),
  command('session', [
    { type: 1, name: 'add', description: '', options: [{ type: 7, name: 'channel', description: '', required: true }] },
    { type: 2, name: 'limits', description: '', options: [{ type: 1, name: 'set', description: '' }] },
  ]),
  command('Of a message', [], 3),
];
