/** One thing that a failed test should show: a log, a screen. */
interface Source {
  readonly title: string;
  read: () => string;
  /** Nothing more comes: it goes with the test that is ending. */
  isOver: boolean;
}

const lines = 60;
const sources = new Set<Source>();

/**
 * Shows the end of a text when a test fails while it is watched, or ends with the test that failed.
 *
 * @returns to be called before what is read goes away.
 */
export function showOnFailure(title: string, read: () => string): () => void {
  const source: Source = { title, read, isOver: false };
  sources.add(source);
  return () => {
    const last = readOrSay(read);
    source.read = () => last;
    source.isOver = true;
  };
}

/** A test has ended: shows what it was to show when it `failed`, and forgets what is over. */
export function endOfTest(failed: boolean): void {
  if (failed) {
    for (const { title, read } of sources) {
      const end = readOrSay(read).trimEnd().split('\n').slice(-lines).join('\n');
      console.error(`-- ${title}\n${end === '' ? '(nothing)' : end}`);
    }
  }
  for (const source of sources) if (source.isOver) sources.delete(source);
}

function readOrSay(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return `(${String(error)})`;
  }
}
