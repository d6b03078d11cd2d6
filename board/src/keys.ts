// One-letter keys: off while typing, never the only way, and switched off under "?" for those who
// speak to their browser (WCAG 2.1.4).

type Keys = Record<string, (event: KeyboardEvent) => boolean | void>;
const off = "deskwire.keys.off";
const stack: Keys[] = [];

export const areKeysOff = () => localStorage.getItem(off) === "1";
export const setKeysOff = (value: boolean) =>
  value ? localStorage.setItem(off, "1") : localStorage.removeItem(off);

function press(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
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

/** The newest that has a key takes it, unless it says false. Gives what ends it. */
export function onKeys(keys: Keys): () => void {
  if (stack.length === 0) addEventListener("keydown", press);
  stack.push(keys);
  return () => {
    stack.splice(stack.indexOf(keys), 1);
    if (stack.length === 0) removeEventListener("keydown", press);
  };
}
