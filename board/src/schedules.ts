// Schedules in words. Pure.

/** "every hour at :05" of "hourly :05"; what is no such text stays as it is. */
export function scheduleWords(text: string): string {
  const days: Record<string, string> = { mon: "Monday", tue: "Tuesday", wed: "Wednesday",
    thu: "Thursday", fri: "Friday", sat: "Saturday", sun: "Sunday" };
  if (text === "* * * * *") return "every minute";
  const every = /^\*\/(\d+) \* \* \* \*$/.exec(text);
  if (every) return `every ${every[1]} minutes`;
  const hourly = /^hourly :?(\d\d)$/.exec(text) ?? /^(\d{1,2}) \* \* \* \*$/.exec(text);
  if (hourly) return `every hour at :${(hourly[1] ?? "").padStart(2, "0")}`;
  const daily = /^(?:daily |day )?(\d\d?:\d\d)$/.exec(text);
  if (daily) return `every day at ${daily[1]}`;
  const cron = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(text);
  if (cron) return `every day at ${cron[2]?.padStart(2, "0")}:${cron[1]?.padStart(2, "0")}`;
  const weekly = /^(mon|tue|wed|thu|fri|sat|sun) (\d\d?:\d\d)$/.exec(text);
  if (weekly) return `every ${days[weekly[1] ?? ""]} at ${weekly[2]}`;
  return text;
}
