// Who updated how many tickets, and more or fewer than before: one list with bar, number, share and
// last update, and the lines behind each number.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, query } from "../api";
import { barsSvg, csv } from "../export";
import { Files } from "../files";
import { counted, dayAndTime, safeLink, whole } from "../format";
import { useLive, useLoad, useThrottled } from "../hooks";
import { Action, Bar, Broken, Empty, Loading, Segments, Trouble, When } from "../parts";
import { replace, useAddress } from "../router";
import { moved, periodOf, periods, plainLine, type Period } from "../tally";
import type { ChannelName, Page, Tally, TallyAgent, TallyUpdate } from "../types";
import { useWide } from "./now";

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

/** "+9", "−4", "±0" against the period before. */
const change = (now: number, before: number | undefined) => {
  const by = now - (before ?? 0);
  return by > 0 ? `+${whole(by)}` : by < 0 ? `−${whole(-by)}` : "±0";
};

function AgentRows({ agents, first, total, most, before, open, hasOpening }: {
  agents: TallyAgent[]; first: number; total: number; most: number;
  before: Map<string, number> | null; open: (username: string) => void; hasOpening: boolean }) {
  return (
    <table class="agents" aria-label={first === 1 ? "Updates per agent" : "Updates, continued"}>
      <thead>
        <tr>
          <th scope="col" class="a-rank"><span class="sr">Rank</span></th>
          <th scope="col">Agent</th>
          <th scope="col" class="right">Updates</th>
          <th scope="col" class="a-bar"><span class="sr">Bar</span></th>
          {hasOpening && <th scope="col" class="right a-share">Imported</th>}
          <th scope="col" class="right a-share">Share</th>
          {before && <th scope="col" class="right a-change">Change</th>}
          <th scope="col" class="right a-last">Last</th>
        </tr>
      </thead>
      <tbody>
        {agents.map((one, i) => (
          <tr key={one.username.toLowerCase()} data-agent={one.username}>
            <td class="a-rank number faint">{first + i}</td>
            <td class="a-name"><bdi>{one.name}</bdi>{" "}
              <span class="small faint">{one.username}</span></td>
            <td class="right number">
              <button type="button" class="link" onClick={() => open(one.username)}
                aria-label={`${counted(one.updates, "update")} of ${one.name}: show them`}>
                {whole(one.updates)}
              </button>
            </td>
            <td class="a-bar"><Bar value={one.updates} most={most}
              {...(before ? { before: before.get(one.username.toLowerCase()) ?? 0 } : {})} /></td>
            {hasOpening && <td class="right number a-share">
              {one.opening ? whole(one.opening) : ""}</td>}
            <td class="right number faint a-share">
              {total > 0 ? `${((one.updates / total) * 100).toFixed(1)}%` : ""}
            </td>
            {before && <td class="right number a-change">
              {change(one.updates, before.get(one.username.toLowerCase()))}</td>}
            <td class="right faint a-last small"><When at={one.last_at} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** "#ticket-updates" of a channel's id, where Slack has said what it is called. */
const channelTitle = (names: ChannelName[], id: string) => {
  const name = names.find((one) => one.id === id)?.name;
  return name ? `#${name}` : id;
};

/** The lines behind a number. */
function Updates({ period, channel, agent, version, names, close }: { period: Period;
  channel: string; agent: string; version: number; names: ChannelName[]; close: () => void }) {
  const values = { since: period === "all" ? "" : period, channel, username: agent, limit: "50" };
  const first = useLoad<Page<TallyUpdate>>(`/v1/tally/updates${query(values)}`);
  const [more, setMore] = useState<TallyUpdate[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  const box = useRef<HTMLElement>(null);
  useEffect(() => { setMore([]); setCursor(null); }, [period, channel, agent, version]);
  useEffect(() => { if (version > 0) first.reload(); }, [version]);
  const isThere = first.value !== null;
  useEffect(() => {
    if (!isThere) return;
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "nearest" });
  }, [agent, isThere]);
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
        <span class="panel-note"><button type="button" class="quiet" onClick={close}>Close
        </button></span>
      </header>
      {rows.length === 0
        ? <Empty>No update of this agent in this period. Imported counts have no lines.</Empty>
        : (
          <div class="scroll">
            <table>
              <thead>
                <tr><th scope="col">When</th><th scope="col">Ticket</th>
                  <th scope="col">Line</th><th scope="col">Channel</th></tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <tr key={`${one.channel}/${one.message}/${one.line}`}>
                    <td><time dateTime={one.at}>{dayAndTime(one.at)}</time></td>
                    <td class="number">{one.ticket ?? "–"}</td>
                    <td class="wrap" dir="auto">{one.text !== null ? plainLine(one.text)
                      : <span class="faint">line {one.line}; its words are no longer kept</span>}
                    </td>
                    <td>{safeLink(one.url)
                      ? <a href={one.url ?? ""} rel="noreferrer">
                        {channelTitle(names, one.channel)}</a>
                      : <span class="faint">{channelTitle(names, one.channel)}</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {next && <Action label="Show more" quiet run={load} />}
    </section>
  );
}

function tableOf(agents: TallyAgent[]): string {
  return csv(["username", "name", "updates", "of_them_imported", "last_at"], agents.map(
    (one) => [one.username, one.name, one.updates, one.opening, one.last_at]));
}

const spans: Record<Period, [string, string]> = { today: ["today", "yesterday by this time"],
  "7d": ["in 7 days", "the 7 days before"], "30d": ["in 30 days", "the 30 days before"],
  all: ["in all", ""] };

function Channels({ channel, channels, names, change }: { channel: string; channels: string[];
  names: ChannelName[]; change: (channel: string) => void }) {
  if (channels.length < 2 && channel === "") return null;
  return (
    <label class="inline"><span class="sr">Channel</span>
      <select value={channel} onChange={(event) => change(event.currentTarget.value)}>
        <option value="">All channels</option>
        {channels.map((one) => <option key={one} value={one}>
          {channelTitle(names, one)}</option>)}
      </select>
    </label>
  );
}

/** Stands on top, however long the list is. */
function Total({ total, before, period }: { total: number; before: number | null;
  period: Period }) {
  const [span, other] = spans[period];
  return (
    <p class="agents-total">
      <strong class="number">{whole(total)}</strong> {total === 1 ? "update" : "updates"} {span}
      {before !== null && <span class="faint"> · {change(total, before)} on {other}</span>}
      {before !== null && <span class="legend small faint"><span class="swatch"
        aria-hidden="true" /> this period <span class="swatch-tick" aria-hidden="true" /> {other}
      </span>}
    </p>
  );
}

export function TallyPage() {
  const address = useAddress();
  const period = periodOf(address.searchParams.get("period"));
  const channel = address.searchParams.get("channel") ?? "";
  const agent = address.searchParams.get("agent") ?? "";
  const tally = useTally(period, channel);
  const isWide = useWide(1501);
  const go = (values: Record<string, string>) =>
    replace(`/agents${query({ period, channel, agent, ...values })}`);
  if (!tally.value) {
    return tally.error ? <Broken title="Agents" error={tally.error} retry={tally.reload} />
      : <Loading />;
  }
  const { agents, channels, channel_names: names, total, ...shown } = tally.value;
  const table = () => tableOf(agents);
  const isOff = channels.length === 0 && agents.length === 0;
  const hasBefore = shown.before_since !== null && shown.before.length > 0;
  const before = hasBefore ? new Map(shown.before.map((one) =>
    [one.username.toLowerCase(), one.updates])) : null;
  const totalBefore = shown.before.reduce((sum, one) => sum + one.updates, 0);
  const most = Math.max(1, ...agents.map((one) => one.updates),
    ...shown.before.map((one) => one.updates));
  const half = isWide && agents.length > 12 ? Math.ceil(agents.length / 2) : agents.length;
  const rows = { total, most, before, open: (username: string) => go({ agent: username }),
    hasOpening: agents.some((one) => one.opening > 0) };
  return (
    <>
      <div class="page-head">
        <h1>Agents</h1>
        <span class="faint">{counted(agents.length, "person", "people")}</span>
        <div class="choice">
          <Segments label="Period" options={periods} value={period}
            change={(key) => go({ period: key })} />
          <Channels channel={channel} channels={channels} names={names}
            change={(one) => go({ channel: one })} />
          <Files table={table}
            picture={() => barsSvg(agents.map((one) => ({ name: one.name, value: one.updates })))}
            name={`tally-${period}-${new Date().toISOString().slice(0, 10)}`} />
        </div>
      </div>
      {isOff ? <section class="panel"><TallyOff /></section> : (
        <section class="panel flush" aria-label="Updates per agent">
          <Total total={total} before={before ? totalBefore : null} period={period} />
          {agents.length === 0
            ? <Empty>No update {period === "today" ? "is counted yet today" : "in this period"}.
            </Empty>
            : (
              <div class={half < agents.length ? "agents-two" : ""}>
                <AgentRows {...rows} agents={agents.slice(0, half)} first={1} />
                {half < agents.length && (
                  <AgentRows {...rows} agents={agents.slice(half)} first={half + 1} />
                )}
              </div>
            )}
        </section>
      )}
      {!isOff && <p class="small faint">Counted from{" "}
        {channels.map((one) => channelTitle(names, one)).join(" and ") || "imported counts"}.
        Every number opens the updates behind it.</p>}
      {agent !== "" && (
        <Updates period={period} channel={channel} agent={agent} version={total} names={names}
          close={() => go({ agent: "" })} />
      )}
    </>
  );
}
