// A choice for the keyboard: type a part of a name, Enter chooses it, Esc leaves. A pointer does,
// too.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Empty } from "./parts";

export interface Option { key: string; name: string }

/** Names in which each word that was typed begins a word, in their order. */
export function matching(options: Option[], typed: string): Option[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return options.filter((one) => {
    const parts = one.name.toLowerCase().split(/[\s@._()-]+/);
    return words.every((word) => parts.some((part) => part.startsWith(word)));
  });
}

interface Props { title: string; options: Option[]; none: string; isLoading?: boolean;
  choose: (key: string) => void; close: () => void }

export function Pick({ title, options, none, isLoading = false, choose, close }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  useLayoutEffect(() => {
    box.current?.showModal();
    field.current?.focus();
  }, []);
  const shown = matching(options, typed);
  const current = Math.max(0, Math.min(at, shown.length - 1));
  // Enter may come before the names do: it is for the first that matches then.
  const isEntered = useRef(false);
  const accept = (one: Option | undefined) => {
    isEntered.current = isLoading && !one;
    if (!one) return;
    close();
    choose(one.key);
  };
  useLayoutEffect(() => {
    if (isEntered.current) accept(shown[current]);
  }, [isLoading]);
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || shown.length === 0) return;
    event.preventDefault();
    setAt((current + step + shown.length) % shown.length);
  };
  return (
    <dialog ref={box} class="pick" aria-label={title} onClose={close} onClick={(event) => {
      if (event.target === box.current) close();
    }}>
      <form onSubmit={(event) => {
        event.preventDefault();
        accept(shown[current]);
      }}>
        <h2>{title}</h2>
        <input ref={field} role="combobox" aria-label={title} aria-expanded="true"
          aria-controls="pick-options" aria-autocomplete="list" autocomplete="off" value={typed}
          aria-activedescendant={shown[current] ? `pick-${current}` : undefined}
          placeholder="Type a part of the name" onKeyDown={press} onInput={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
          }} />
      </form>
      <ul id="pick-options" role="listbox" aria-label={title} tabIndex={-1}>
        {shown.map((one, i) => (
          <li key={one.key} id={`pick-${i}`} role="option" aria-selected={i === current}
            onPointerMove={() => setAt(i)} onClick={() => accept(one)}><bdi>{one.name}</bdi></li>
        ))}
      </ul>
      {shown.length === 0 && !isLoading && <Empty>{none}</Empty>}
    </dialog>
  );
}
