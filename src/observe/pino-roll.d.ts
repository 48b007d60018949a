/** What is used of it here; it brings no types of its own. */
declare module 'pino-roll' {
  export interface RollingStream {
    /** The piece that is written now. */
    readonly file: string | null;
    readonly fd: number;
    /** At once; never throws before `destroy`. */
    write(text: string): boolean;
    /** Closes the file; what it could not write is dropped. */
    destroy(): void;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  export interface RollingOptions {
    /** Before its number and ending. */
    readonly file: string;
    /** With a unit: `10m`, `4096b`. */
    readonly size: string;
    readonly sync: true;
    readonly append: true;
    readonly mode: number;
  }

  export default function openRollingStream(options: RollingOptions): Promise<RollingStream>;
}
