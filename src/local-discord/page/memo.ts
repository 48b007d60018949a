import type { ComponentType, FunctionComponent } from 'preact';
import { Component } from 'preact';

/** A component that is drawn again only when one of its properties is another one. */
export function memo<Props extends object>(Inner: FunctionComponent<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before = this.props;
      const names = Object.keys({ ...before, ...next }) as (keyof Props)[];
      return names.some((name) => before[name] !== next[name]);
    }

    override render(): ReturnType<Component['render']> {
      return Inner(this.props, this.context);
    }
  };
}
