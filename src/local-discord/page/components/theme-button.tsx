import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

import { useTools } from '../context.ts';
import { applyTheme, nextTheme, readTheme } from '../theme.ts';
import { Icon } from './icons.tsx';

/** As the system has it, light, dark, and round again. */
export function ThemeButton(): VNode {
  const { words } = useTools();
  const [theme, setTheme] = useState(readTheme);
  const change = (): void => {
    const next = nextTheme(theme);
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button type="button" class="plain theme" onClick={change}>
      <Icon name="theme" />
      {words.themeIs[theme]}
    </button>
  );
}
