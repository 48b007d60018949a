import type { ControlRow, Controls } from '../../src/model/controls.ts';

/** Whether a server takes these. Texts that are too long are the transport's to cut. */
export function areGoodControls(controls: Controls): boolean {
  const ids = controls.flatMap(idsIn);
  const areIds = ids.every((id) => id.length >= 1 && id.length <= 100) && new Set(ids).size === ids.length;
  return controls.length <= 5 && areIds && controls.every(isGoodRow);
}

function idsIn(row: ControlRow): readonly string[] {
  return row.kind === 'menu' ? [row.menu.id] : row.buttons.map(({ id }) => id);
}

function isGoodRow(row: ControlRow): boolean {
  if (row.kind === 'buttons') {
    return row.buttons.length >= 1 && row.buttons.length <= 5 && row.buttons.every(({ label }) => label.trim() !== '');
  }
  const { least, most, choices } = row.menu;
  const values = choices.map(({ value }) => value);
  const areValues =
    values.every((value) => value !== '' && value.length <= 100) && new Set(values).size === values.length;
  const fits = choices.length >= 1 && choices.length <= 25 && least <= most && most >= 1 && most <= choices.length;
  return areValues && fits && choices.every(({ label }) => label.trim() !== '');
}
