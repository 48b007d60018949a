import { useEffect, useState } from 'preact/hooks';

import { useTools } from '../context.ts';

/** Discord's limits: files in a message, and bytes of one. */
const mostFiles = 10;
const largestFile = 10 * 1024 * 1024;

/** The files that will go with the next message; what is dropped anywhere on the page is added. */
export function useDroppedFiles(): {
  readonly list: readonly File[];
  readonly problem: string | undefined;
  /** Whether somebody holds files over the page. */
  readonly isDragged: boolean;
  add(files: readonly File[]): void;
  remove(index: number): void;
  clear(): void;
} {
  const { words } = useTools();
  const [list, setList] = useState<readonly File[]>([]);
  const [problem, setProblem] = useState<string>();
  const [isDragged, setDragged] = useState(false);

  const add = (files: readonly File[]): void => {
    const large = files.find(({ size }) => size > largestFile);
    const fitting = files.filter(({ size }) => size <= largestFile);
    setList((known) => [...known, ...fitting].slice(0, mostFiles));
    const isTooMany = list.length + fitting.length > mostFiles;
    setProblem(large ? words.fileTooLarge(large.name) : isTooMany ? words.tooManyFiles(mostFiles) : undefined);
  };

  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDragged(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setDragged(false);
    };
    const onDrop = (event: DragEvent): void => {
      setDragged(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      add([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, [list]);

  return {
    list,
    problem,
    isDragged,
    add,
    remove: (index) => {
      setList((known) => known.filter((_, at) => at !== index));
      setProblem(undefined);
    },
    clear: () => {
      setList([]);
      setProblem(undefined);
    },
  };
}
