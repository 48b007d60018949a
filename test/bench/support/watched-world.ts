import { Faults } from '../../../src/local-discord/faults.ts';
import { makeWorld } from '../../e2e/support/world.ts';
import type { World, WorldOptions } from '../../e2e/support/world.ts';
import type { BenchContext } from '../measurement.ts';

/** Something that the chat server just did, and when (`performance.now()`). */
export interface ServerMoment {
  /** `dispatch MESSAGE_CREATE`, or method and path of a request as it arrives: `PUT /channels/1/…`. */
  readonly what: string;
  readonly at: number;
}

/** Remembers when requests arrive at a chat server and when it tells its clients of something. Breaks nothing. */
export class ServerWatch extends Faults {
  #moments: ServerMoment[] = [];
  #waiting: { readonly check: () => void }[] = [];

  override takeForRequest(method: string, path: string, by: 'bot' | 'person'): ReturnType<Faults['takeForRequest']> {
    this.#note(`${method} ${decodeURIComponent(path)}`);
    return super.takeForRequest(method, path, by);
  }

  override takeShape(event: string): ReturnType<Faults['takeShape']> {
    this.#note(`dispatch ${event}`);
    return super.takeShape(event);
  }

  /** Forgets everything so far. */
  reset(): void {
    this.#moments = [];
  }

  /** When the first fitting thing since the last reset happened, or the one after `skip` others; now or later. */
  moment(fits: RegExp, options: { readonly skip?: number; readonly timeoutMs?: number } = {}): Promise<number> {
    const { skip = 0, timeoutMs = 30_000 } = options;
    return new Promise((resolve, reject) => {
      const waiting = {
        check: () => {
          const found = this.#moments.filter(({ what }) => fits.test(what))[skip];
          if (!found) return;
          stop();
          resolve(found.at);
        },
      };
      const stop = (): void => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
      };
      const timer = setTimeout(() => {
        stop();
        const seen = this.#moments.map(({ what }) => what).join(', ');
        reject(new Error(`the chat server saw no ${String(fits)} within ${timeoutMs} ms, but: ${seen}`));
      }, timeoutMs);
      this.#waiting.push(waiting);
      waiting.check();
    });
  }

  #note(what: string): void {
    this.#moments.push({ what, at: performance.now() });
    for (const { check } of [...this.#waiting]) check();
  }
}

/** A chat server in this process, watched, and a bridge connected to it, not yet started. Released with the context. */
export async function openWorld(
  context: BenchContext,
  options: WorldOptions = {},
): Promise<{ readonly world: World; readonly watch: ServerWatch }> {
  const watch = new ServerWatch();
  const environment = { LOG_LEVEL: 'info', ...options.environment };
  const world = await makeWorld({ ...options, environment, faults: watch });
  context.scope.defer('the world', () => world.destroy());
  return { world, watch };
}
