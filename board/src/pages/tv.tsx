// A wall screen, read from five metres: one message a turn, nothing to press, nothing cut off.
import { useEffect, useState } from "preact/hooks";
import { clockOf, counted, numberOf, seconds, titleOf, whole } from "../format";
import { useConnection, useNow } from "../hooks";
import { hourOnWall } from "../hours";
import { Bar } from "../parts";
import type { Now } from "../types";
import { HoursToday, isOut, signOf, useDesk, useIsOld, usualOf, valueOf } from "./now";
import { useTally } from "./tally";

const turns = ["Is the desk well?", "Updates per agent today", "Tickets per hour today"];
const rows = 10;

/** Which turn it is; with an alarm the first one stays twice as long. */
function useTurn(every: number, isAlarm: boolean): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const wait = every * 1000 * (turn === 0 && isAlarm ? 2 : 1);
    const timer = setTimeout(() => setTurn((at) => (at + 1) % turns.length), wait);
    return () => clearTimeout(timer);
  }, [turn, every, isAlarm]);
  return turn;
}

function Well({ now, isOld }: { now: Now; isOld: boolean }) {
  const { headline } = now;
  const isWell = headline.kind === "well";
  const shown = now.numbers.filter((one) => ["waiting", "opened", "open"].includes(one.name));
  const labels: Record<string, string> = { waiting: "Waiting for a first reply",
    opened: "Opened today", open: "Open now" };
  const first = now.waiting.items[0];
  const late = now.waiting.late_after_seconds;
  const letters = Math.max(1, ...shown.map((one) => valueOf(one)[0].length));
  const waited = first ? first.waiting_seconds ?? 0 : 0;
  return (
    <>
      <h1 class={isWell || isOld ? "" : "alarm"}>
        {!isWell && !isOld && <span aria-hidden="true">{signOf(headline.kind)} </span>}
        {isOld ? (isWell ? `At ${clockOf(now.as_of)} all was well.`
          : `At ${clockOf(now.as_of)}: ${headline.text}`) : headline.text}</h1>
      <p class="tv-detail">{isOld ? "Nothing newer is known." : headline.detail}</p>
      <div class="tv-numbers" style={{ "--letters": letters }}>
        {shown.map((one) => (
          <div key={one.name}>
            <p>{labels[one.name]}{one.source !== "Deskwire" && ` · ${one.source}`}</p>
            <strong class="number">{valueOf(one)[0]}</strong>
            <p class={isOut(one) && !isOld ? "alarm" : ""}>
              {isOut(one) && "▲ "}{usualOf(one, now)}</p>
          </div>
        ))}
      </div>
      {first && (
        <p class="tv-longest clip">Waits longest:{" "}
          <strong class={late !== null && waited >= late && !isOld ? "alarm" : ""}>
            {isOld ? `since ${clockOf(first.opened_at)}` : seconds(waited)}</strong>{" "}
          <span class="tv-ink">{numberOf(first)} <bdi>{titleOf(first)}</bdi></span> ·{" "}
          <bdi>{first.assignee ?? "unassigned"}</bdi></p>
      )}
    </>
  );
}

function Agents() {
  const tally = useTally("today", "").value;
  const agents = tally?.agents ?? [];
  const most = Math.max(1, ...agents.map((one) => one.updates));
  const names = agents.map((one) => one.name);
  const rest = agents.slice(rows).reduce((sum, one) => sum + one.updates, 0);
  return (
    <>
      <h1>{counted(tally?.total ?? 0, "update")}{" "}
        <span class="tv-beside">by {counted(agents.length, "person", "people")} today</span></h1>
      {agents.length === 0 && <p class="tv-detail">No update is counted yet today.</p>}
      <ul class="tv-agents">
        {agents.slice(0, rows).map((one) => (
          <li key={one.username} data-agent={one.username}>
            <span class="clip"><bdi>{one.name}</bdi>
              {names.filter((name) => name === one.name).length > 1 && ` ${one.username}`}</span>
            <Bar value={one.updates} most={most} />
            <strong class="number">{whole(one.updates)}</strong>
          </li>
        ))}
      </ul>
      {agents.length > rows && <p class="tv-rest">and {whole(agents.length - rows)} more with{" "}
        {whole(rest)}</p>}
    </>
  );
}

function Hours({ now, isOld }: { now: Now; isOld: boolean }) {
  const { text, tone, detail } = hourOnWall(now);
  return (
    <>
      <h1 class={isOld ? "" : tone}>{text}</h1>
      <p class="tv-detail">{detail}</p>
      <HoursToday now={now} height={Math.max(240, innerHeight - 520)} text={32} hasHint={false} />
    </>
  );
}

export function TvPage({ every }: { every: number }) {
  const desk = useDesk();
  const { is_live } = useConnection();
  const { isOld, heard_at } = useIsOld();
  const time = useNow(1000);
  const now = desk.value;
  const isAlarm = now !== null && now.headline.kind !== "well";
  const turn = useTurn(every, isAlarm);
  return (
    <main id="main" tabIndex={-1} class={`tv-page ${isAlarm && !isOld ? "has-alarm" : ""}
      ${isOld ? "is-away" : ""}`}>
      {isOld && (
        <p class="tv-away" role="alert">■ Not connected since {clockOf(heard_at)}. These
          numbers are {seconds(Math.max(0, (time - heard_at) / 1000))} old.</p>
      )}
      <div class="tv-turn">
        {!now ? <h1>{desk.error ? desk.error.message : "Deskwire"}</h1>
          : turn === 0 ? <Well now={now} isOld={isOld} />
            : turn === 1 ? <Agents /> : <Hours now={now} isOld={isOld} />}
      </div>
      <footer class="tv-foot">
        <span class="tv-dots" aria-hidden="true">
          {turns.map((name, i) => <span key={name} class={i === turn ? "is-on" : ""} />)}
        </span>
        <span>{turns[turn]}</span>
        <span class="tv-live">
          {is_live ? <><span class="dot dot-good" aria-hidden="true" /> <span>Live</span></>
            : <span class="alarm">■ Not live</span>}
          <strong class="number">{clockOf(time)}</strong>
        </span>
      </footer>
    </main>
  );
}
