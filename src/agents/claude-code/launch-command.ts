export interface LaunchCommand {
  /** Absolute, or found on the agent's PATH. */
  readonly command: string;
  readonly extraArguments: readonly string[];
  readonly permissionMode: string;
  readonly settingsFile: string;
  /** Text for the end of the system prompt. A resumed conversation keeps the one it was begun with. */
  readonly instructions: string | undefined;
  readonly conversation: { readonly kind: 'new' | 'resume'; readonly id: string };
}

/** The program and its arguments. The owner's own arguments come last, so that they win. */
export function launchArguments(launch: LaunchCommand): readonly string[] {
  const { kind, id } = launch.conversation;
  return [
    launch.command,
    kind === 'resume' ? '--resume' : '--session-id',
    id,
    '--settings',
    launch.settingsFile,
    // Always named: the default of newer versions decides by itself what is allowed.
    '--permission-mode',
    launch.permissionMode,
    ...(launch.instructions === undefined ? [] : ['--append-system-prompt', launch.instructions]),
    ...launch.extraArguments,
  ];
}
