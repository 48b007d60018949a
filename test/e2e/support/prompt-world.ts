import { ChatUser } from './chat-user.ts';
import { until } from './until.ts';
import { makeWorld } from './world.ts';
import type { World, WorldOptions } from './world.ts';

/** A card, whatever became of it: its first line. */
export const anyCard = /^(🔐|❓|📝|🧾|📁)/u;

/** A world with one session whose practice agent asks things, and people who may decide them. */
export class PromptWorld {
  readonly world: World;
  readonly channel: string;

  private constructor(world: World) {
    this.world = world;
    this.channel = world.channels[0] ?? '';
  }

  static async make(options: WorldOptions = {}): Promise<PromptWorld> {
    const made = new PromptWorld(await makeWorld(options));
    await made.start();
    return made;
  }

  get owner(): ChatUser {
    return this.world.owner;
  }

  async start(): Promise<void> {
    await this.world.bridge.startDaemon();
  }

  /** The daemon is killed, and the next one started. */
  async restart(): Promise<void> {
    await this.world.bridge.endDaemon('SIGKILL');
    await this.start();
  }

  /** Somebody else on the chat server, let in with a role. */
  async person(name: string, role?: 'owner' | 'operator' | 'member'): Promise<ChatUser> {
    const { id, token } = this.world.discord.addUser({ name });
    if (role !== undefined) {
      const { exitCode, stderr } = await this.world.bridge.run('vai', ['access', 'grant', id, role]);
      if (exitCode !== 0) throw new Error(stderr);
    }
    return new ChatUser({ api: this.world.discord.api, token });
  }

  /** Has the agent ask something; returns the id of its card, which can be decided. */
  async ask(text: string): Promise<string> {
    const before = await this.#cards();
    await this.owner.say(this.channel, text);
    return until(
      async () => {
        const card = (await this.#cards()).find((id) => !before.includes(id));
        return card !== undefined && (await this.owner.controls(this.channel, card)).length > 0 ? card : undefined;
      },
      { what: 'a card with controls', timeoutMs: 20_000 },
    );
  }

  /** Waits until a card says something, and returns all that it says. */
  async cardSays(card: string, what: RegExp): Promise<string> {
    let last = '';
    return until(
      async () => {
        last = (await this.owner.read(this.channel)).find(({ id }) => id === card)?.content ?? '';
        return what.test(last) ? last : undefined;
      },
      { what: `a card that says ${String(what)}`, timeoutMs: 20_000 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it says ${JSON.stringify(last)}`, { cause: error });
    });
  }

  async labels(card: string): Promise<readonly string[]> {
    return (await this.owner.controls(this.channel, card)).map(({ label, placeholder }) => label ?? placeholder ?? '');
  }

  /** The id by which `vai answer` knows the request of a card. */
  async promptOf(card: string): Promise<string> {
    const [first] = await this.owner.controls(this.channel, card);
    return first?.custom_id?.split(':')[1] ?? '';
  }

  /** Presses keys at the agent's terminal. */
  async atDesk(...keys: readonly string[]): Promise<void> {
    await this.world.bridge.tmux('send-keys', '-t', '=claude-session-1:', ...keys);
  }

  async agentPid(): Promise<number> {
    const { stdout } = await this.world.bridge.tmux('list-panes', '-t', '=claude-session-1:', '-F', '#{pane_pid}');
    return Number(stdout.trim());
  }

  async #cards(): Promise<readonly string[]> {
    const all = await this.owner.read(this.channel);
    return all.filter(({ content }) => anyCard.test(content)).map(({ id }) => id);
  }

  async destroy(): Promise<void> {
    this.owner.close();
    await this.world.destroy();
  }
}
