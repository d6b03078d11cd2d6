// Opens a ticket. The key is made once for each form, so a second click opens no second ticket.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { actKey, ApiError, post } from "../api";
import { useFailed } from "../hooks";
import { Failure, Fields } from "../parts";
import { go } from "../router";
import type { Ticket } from "../types";

export function NewTicket({ close }: { close: () => void }) {
  const key = useMemo(() => actKey(), []);
  const [form, setForm] = useState({ title: "", priority: "medium", description: "", name: "",
    email: "" });
  const [error, setError] = useFailed();
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  const set = (name: keyof typeof form) => (event: { currentTarget: { value: string } }) =>
    setForm({ ...form, [name]: event.currentTarget.value });
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const ticket = await post<Ticket>("/v1/tickets", {
        title: form.title,
        priority: form.priority,
        description: form.description,
        requester: { name: form.name, ...(form.email ? { email: form.email } : {}) },
        source: "board",
      }, { "idempotency-key": key });
      close();
      go(`/tickets/${ticket.id}`);
    } catch (failed) {
      setError(failed as ApiError);
      setBusy(false);
    }
  };
  return (
    <form class="panel form" onSubmit={submit} aria-label="New ticket">
      <label>Title
        <input ref={first} value={form.title} onInput={set("title")} required maxLength={1000} />
        <Fields error={error} name="title" />
      </label>
      <div class="form-row">
        <label>Priority
          <select value={form.priority} onChange={set("priority")}>
            <option>high</option><option>medium</option><option>low</option>
          </select>
          <Fields error={error} name="priority" />
        </label>
        <label>Requester
          <input value={form.name} onInput={set("name")} required />
          <Fields error={error} name="requester.name" />
        </label>
        <label>Email <span class="faint">(optional)</span>
          <input type="email" value={form.email} onInput={set("email")} />
          <Fields error={error} name="requester.email" />
        </label>
      </div>
      <label>Description
        <textarea rows={5} value={form.description} onInput={set("description")} required />
        <Fields error={error} name="description" />
      </label>
      <Failure error={error} />
      <div class="form-end">
        <button type="submit" disabled={busy}>Open ticket</button>
        <button type="button" class="quiet" onClick={close}>Cancel</button>
      </div>
    </form>
  );
}
