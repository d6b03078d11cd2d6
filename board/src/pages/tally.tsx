// Who updated how many tickets: bars that move as updates come in, with the table that says the
// same, the lines behind each number, and files of what is on the screen.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, query } from "../api";
import { AgentBars, rowsFor } from "../chart";
import { csv } from "../export";
import { Files } from "../files";
import { localTime, whole } from "../format";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Empty, Loading, Section, Trouble, When } from "../parts";
import { replace, useAddress } from "../router";
import { moved, periodOf, periods, type Period } from "../tally";
import type { Page, Tally, TallyAgent, TallyUpdate } from "../types";

const reload_every = 2000; // an older message changed: all boards ask, but not at once

/** The counts of a period, moving with the live stream. */
export function useTally(period: Period, channel: string) {
  const since = period === "all" ? "" : period;
  const loaded = useLoad<Tally>(`/v1/tally${query({ since, channel })}`);
  const reload = useThrottled(loaded.reload, reload_every * (0.5 + Math.random() / 2));
  useLive(["tally"], (topic, told) => {
    if (topic === "resync") return loaded.reload();
    loaded.set((tally) => {
      const next = tally && moved(tally, told, channel);
      if (tally && !next) reload();
      return next ?? tally;
    });
  });
  const ends = loaded.value?.today_until;
  useEffect(() => {
    if (!ends) return;
    // Today ends at midnight of the desk's zone, wherever the browser is.
    const wait = Math.min(Math.max(1000, Date.parse(ends) - Date.now() + 500), 2 ** 31 - 1);
    const timer = setTimeout(loaded.reload, wait);
    return () => clearTimeout(timer);
  }, [ends, loaded.reload]);
  return loaded;
}

export function TallyOff() {
  return (
    <div class="empty">
      <p>Nothing is counted yet. Name the channel that your ticket system reports to in{" "}
        <code>deskwire.toml</code>, and start again:</p>
      <pre class="sample">{'[[tally]]\nchannel = "C0987654321"'}</pre>
      <p>What was said before is counted with <code>deskwire tally backfill</code>, what an older
        bot counted with <code>deskwire tally import</code>.</p>
    </div>
  );
}

function AgentTable({ agents, total, open }: { agents: TallyAgent[]; total: number;
  open: (username: string) => void }) {
  const hasOpening = agents.some((one) => one.opening > 0);
  return (
    <div class="scroll tally-table" tabIndex={0} role="region" aria-label="Table of updates">
      <table>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col" class="right">Updates</th>
            {hasOpening && <th scope="col" class="right">Imported</th>}
            <th scope="col" class="right">Share</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {agents.map((one) => (
            <tr key={one.username.toLowerCase()}>
              <td>{one.name}<span class="faint second">{one.username}</span></td>
              <td class="right number">
                <button type="button" class="link" onClick={() => open(one.username)}
                  aria-label={`${whole(one.updates)} updates of ${one.name}: show them`}>
                  {whole(one.updates)}
                </button>
              </td>
              {hasOpening && <td class="right number">{one.opening ? whole(one.opening) : ""}</td>}
              <td class="right number faint">
                {total > 0 ? `${((one.updates / total) * 100).toFixed(1)}%` : ""}
              </td>
              <td class="faint"><When at={one.last_at} /></td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All</th>
            <td class="right number"><strong>{whole(total)}</strong></td>
            <td colSpan={hasOpening ? 3 : 2} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** The lines behind a number. */
function Updates({ period, channel, agent, version, close }: { period: Period; channel: string;
  agent: string; version: number; close: () => void }) {
  const values = { since: period === "all" ? "" : period, channel, username: agent, limit: "50" };
  const first = useLoad<Page<TallyUpdate>>(`/v1/tally/updates${query(values)}`);
  const [more, setMore] = useState<TallyUpdate[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const box = useRef<HTMLElement>(null);
  useEffect(() => { setMore([]); setCursor(null); }, [period, channel, agent, version]);
  useEffect(() => { if (version > 0) first.reload(); }, [version]);
  useEffect(() => box.current?.focus(), [agent]);
  if (first.error) return <Trouble error={first.error} retry={first.reload} />;
  if (!first.value) return <Loading />;
  const next = more.length > 0 ? cursor : first.value.next_cursor;
  const load = async () => {
    const page = await get<Page<TallyUpdate>>(
      `/v1/tally/updates${query({ ...values, cursor: next ?? "" })}`);
    setMore([...more, ...page.items]);
    setCursor(page.next_cursor);
  };
  const rows = [...first.value.items, ...more];
  return (
    <section class="panel" ref={box} tabIndex={-1} aria-label={`Updates of ${agent}`}>
      <header class="panel-head">
        <h2>Updates of {rows[0]?.name ?? agent}</h2>
        <button type="button" class="quiet" onClick={close}>Close</button>
      </header>
      {rows.length === 0
        ? <Empty>No line in this period: what was imported has none.</Empty>
        : (
          <div class="scroll">
            <table>
              <thead>
                <tr><th scope="col">When</th><th scope="col">Ticket</th>
                  <th scope="col">Channel</th><th scope="col">Message</th></tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <tr key={`${one.channel}/${one.message}/${one.line}`}>
                    <td><time dateTime={one.at}>{localTime(one.at)}</time></td>
                    <td class="number">{one.ticket ?? "–"}</td>
                    <td class="faint">{one.channel}</td>
                    <td class="faint number">{one.message}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {next && <Action label="More" quiet run={load} />}
    </section>
  );
}

function Choice({ period, channel, channels, change }: { period: Period; channel: string;
  channels: string[]; change: (values: Record<string, string>) => void }) {
  return (
    <div class="choice">
      <div class="segments" role="group" aria-label="Period">
        {periods.map(([key, name]) => (
          <button type="button" key={key} aria-pressed={key === period}
            onClick={() => change({ period: key })}>{name}</button>
        ))}
      </div>
      {(channels.length > 1 || channel !== "") && (
        <label class="inline">Channel{" "}
          <select value={channel} onChange={(event) =>
            change({ channel: event.currentTarget.value })}>
            <option value="">all</option>
            {channels.map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </label>
      )}
    </div>
  );
}

function tableOf(tally: Tally): string {
  return csv(["username", "name", "updates", "of_them_imported", "last_at"], tally.agents.map(
    (one) => [one.username, one.name, one.updates, one.opening, one.last_at]));
}

export function TallyPage({ isTv = false }: { isTv?: boolean }) {
  const address = useAddress();
  const period = periodOf(address.searchParams.get("period"));
  const channel = address.searchParams.get("channel") ?? "";
  const agent = address.searchParams.get("agent") ?? "";
  const tally = useTally(period, channel);
  const chart = useRef<SVGSVGElement>(null);
  const change = (values: Record<string, string>) =>
    replace(`/agents${query({ period, channel, agent, ...values })}`);
  if (tally.error && !tally.value) return <Trouble error={tally.error} retry={tally.reload} />;
  if (!tally.value) return <Loading />;
  const shownTally = tally.value;
  const { agents, channels, total } = shownTally;
  const name = periods.find(([key]) => key === period)?.[1] ?? "";
  const isOff = channels.length === 0 && agents.length === 0;
  const label = `${whole(total)} updates by ${agents.length} agents, ${name.toLowerCase()}`;
  const open = (username: string) => change({ agent: username });
  const room = isTv ? Math.max(200, innerHeight - 300) : 0;
  const shown = isTv ? agents.slice(0, rowsFor(room)) : agents;
  const bars = agents.length === 0
    ? <Empty>No update {period === "today" ? "yet today" : "in this period"}.</Empty>
    : <AgentBars agents={shown} label={label} chart={chart} room={room} open={open} />;
  if (isTv) {
    const rest = agents.slice(shown.length);
    return (
      <>
        <h1>Updates per agent, {name.toLowerCase()}
          <span class="tv-total number">{whole(total)}</span></h1>
        {isOff ? <TallyOff /> : <section class="panel">{bars}</section>}
        {rest.length > 0 && (
          <p class="faint">and {rest.length} more with {whole(rest.reduce(
            (sum, one) => sum + one.updates, 0))}</p>
        )}
      </>
    );
  }
  return (
    <>
      <div class="page-head">
        <h1>Agents</h1>
        <Choice period={period} channel={channel} channels={channels} change={change} />
      </div>
      {isOff ? <section class="panel"><TallyOff /></section> : (
        <div class="tally">
          <Section title="Updates per agent"
            note={<Files chart={chart} table={() => tableOf(shownTally)}
              name={`tally-${period}-${new Date().toISOString().slice(0, 10)}`} />}>
            {bars}
            {agents.some((one) => one.opening > 0) && (
              <p class="faint legend"><span class="swatch" aria-hidden="true" /> taken over from an
                older bot, without dates</p>
            )}
          </Section>
          {agents.length > 0 && (
            <Section title="The same as a table" note={<span class="faint">{name}</span>}>
              <AgentTable agents={agents} total={total} open={open} />
            </Section>
          )}
        </div>
      )}
      {agent !== "" && (
        <Updates period={period} channel={channel} agent={agent} version={total}
          close={() => change({ agent: "" })} />
      )}
    </>
  );
}
