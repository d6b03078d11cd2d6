// One-letter keys: off while typing, never the only way, and switched off under "?" for those who
// speak to their browser (WCAG 2.1.4).

export type Keys = Record<string, (event: KeyboardEvent) => boolean | void>;
const off = "deskwire.keys.off";
const stack: Keys[] = [];

export const areKeysOff = () => localStorage.getItem(off) === "1";
export const setKeysOff = (value: boolean) =>
  value ? localStorage.setItem(off, "1") : localStorage.removeItem(off);

/** A letter goes into a field, a choice or a dialog, whatever the page behind it does with it. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  const dialog = target.closest("dialog");
  // A dialog that has just closed keeps the focus until the next frame, and no longer wants keys.
  if (dialog && !dialog.open) return false;
  const isField = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
    && !/^(checkbox|radio|button|submit)$/.test((target as HTMLInputElement).type);
  return isField || target.isContentEditable || dialog !== null;
}

function press(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.key === "Escape" && !event.isComposing && !target.closest("dialog")) {
    if (isTyping(event)) return target.blur();
  }
  if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  const isLetter = event.key.length === 1;
  if (isLetter && areKeysOff()) return;
  const isControl = /^(A|BUTTON)$/.test(target.tagName) && event.key === "Enter";
  if (isControl) return;
  for (let i = stack.length - 1; i >= 0; --i) {
    const take = stack[i]?.[event.key];
    if (!take || take(event) === false) continue;
    event.preventDefault();
    return;
  }
}

/** The newest that has a key takes it, unless it says false; those of every page come last. Gives
    what ends it. */
export function onKeys(keys: Keys, isOfEveryPage = false): () => void {
  if (stack.length === 0) addEventListener("keydown", press);
  if (isOfEveryPage) stack.unshift(keys);
  else stack.push(keys);
  return () => {
    stack.splice(stack.indexOf(keys), 1);
    if (stack.length === 0) removeEventListener("keydown", press);
  };
}
