// The shapes of the API, printed by the program (GET /openapi.json): `make docs`. Other
// names for some of them: types.ts.

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface AuditEntry {
  id: number;
  at: string;
  who: string;
  what: string;
  subject: string;
}

export type AuditEntryPage = Page<AuditEntry>;

export interface ChannelName {
  id: string;
  name: string;
}

export interface Comment {
  id: number;
  author: {
    name: string | null;
    email: string | null;
  };
  body: string;
  public: boolean;
  at: string;
  source: string;
}

export interface Connector {
  name: string;
  title: string;  // what people call it
  ok: boolean;
  detail: string;
  last_success_at: string | null;
}

export interface Delivery {
  id: string;
  ticket: number | null;
  ticket_number: string | null;  // the number by which people know the ticket
  lane: string;  // deliveries of one lane keep their order
  target: string;
  operation: string;
  title: string;  // what it is, in words
  state: "pending" | "unsure" | "dead" | "done" | "discarded";
  attempts: number;
  reason: string | null;
  event: string;  // the event that caused it
  created_at: string;
  next_attempt_at: string | null;
  done_at: string | null;
}

export interface DeliveryGroup {
  id: string;
  state: "pending" | "unsure" | "dead" | "done" | "discarded";
  target: string;
  operation: string;
  title: string;  // what it is, in words
  reason: string | null;
  hint: string | null;  // what to do about it
  count: number;
  attempts: number;
  first_at: string;
  last_at: string;
  deliveries: string[];  // the newest, at most 200
  tickets: number[];  // the newest, at most 50
  ticket_numbers: string[];  // by which people know the first three of them
}

export interface DeliveryGroups {
  items: DeliveryGroup[];
  pending: number;
  unsure: number;
  dead: number;
  done_today: number;
  discarded_today: number;
  as_of: string;
}

export type DeliveryPage = Page<Delivery>;

export interface Discard {
  why: string;
}

export interface Dismissal {
  group: string;  // g-000003
}

export interface Incident {
  id: number | null;  // null where another rule is tried
  kind: "spike" | "drop";
  from: string;
  to: string;
  peak: string;  // the hour that was furthest out of line
  count: number;
  expected: number;
  probability: number;
  total: number;
  total_expected: number;
  state: "open" | "calm" | "new_level";
  told_at: string | null;
  tags: TagReport | null;
  feedback: "real" | "false_alarm" | null;
}

export interface Link {
  chat: string;
  channel: string;
  thread: string;
  url: string | null;
}

export interface ListedTicket {
  id: number;
  title: string;
  description: string;
  priority: "high" | "medium" | "low";
  status: "open" | "pending" | "solved";
  requester: {
    name: string | null;
    email: string | null;
    id: string | null;
  };
  assignee: string | null;
  tags: string[];
  source: string;
  desk: "embedded" | "zendesk";
  external: {
    id: string;
    url: string;
  } | null;  // the same ticket at an outside desk
  queue: string | null;
  type: "question" | "incident" | "problem" | "task" | null;
  problem_id: number | null;  // the id of the problem that this ticket is an incident of
  url: string;
  opened_at: string;
  first_reply_at: string | null;
  solved_at: string | null;
  updated_at: string;
  waiting_seconds: number | null;  // office time without a first reply; null: it does not wait
  waiting_counts: boolean;  // false: its office is closed, or it does not wait
}

export interface LiveStatus {
  connector: string;
  ok: boolean;
  detail: string;
}

export interface LiveTicket {
  id: number;
  title: string;
  priority: "high" | "medium" | "low";
  status: "open" | "pending" | "solved";
  requester: {
    name: string | null;
    email: string | null;
    id: string | null;
  };
  assignee: string | null;
  tags: string[];
  source: string;
  desk: "embedded" | "zendesk";
  external: {
    id: string;
    url: string;
  } | null;  // the same ticket at an outside desk
  queue: string | null;
  type: "question" | "incident" | "problem" | "task" | null;
  problem_id: number | null;  // the id of the problem that this ticket is an incident of
  url: string;
  opened_at: string;
  first_reply_at: string | null;
  solved_at: string | null;
  updated_at: string;
}

export interface LiveVolume {
  hour: string;
  count: number;
  expected: number;
  is_spike: boolean;
}

export interface Moved {
  moved: number;
}

export interface NewComment {
  body: string;
  public?: boolean;
}

export interface NewIncident {
  group?: string;  // g-000003
  tickets?: number[];  // ids
  title?: string;
}

export interface NewSession {
  name: string;
  password: string;
}

export interface NewStormAnswer {
  body: string;
}

export interface NewTicket {
  title: string;
  priority: string;
  description: string;
  requester: {
    name: string;
    email?: string | null;
  };
  tags?: string[];
  source?: string;
}

export interface Notice {
  to: string;
  name: string;
  left_out: string | null;  // why it is not sent
  tickets: {
    id: string;
    subject: string;
    closed_on: string;
  }[];
  subject: string;
  text: string;
  html: string;
}

export interface NoticePreview {
  items: Notice[];
  next_cursor: string | null;
  run: NoticeRun;
  asks: boolean;  // the first run after an import asks a person
}

export interface NoticeRun {
  run: number;
  state: "planned" | "applied" | "replaced" | "tested" | "writing" | "applying";
  made_at: string;
  applied_at: string | null;
  period: string;
  from: string;
  newest: string;
  hash: string;
  figures: {
    rows: number;
    older: number;  // closed before the period
    closed: number;
    told_before: number;
    reopened: number;
    customers: number;  // who hear of something
    tickets: number;  // that they hear of
    left_out: {
      had: number;
      suppressed: number;
    };
    bad: number;  // rows that can't be read
    bad_rows: {
      row: number;
      why: string;
    }[];
    headings: string;
  };
  deliveries?: {
    pending: number;
    done: number;
    unsure: number;
    dead: number;
    discarded: number;
  };
}

export type NoticeRunPage = Page<NoticeRun>;

export interface Now {
  as_of: string;
  timezone: string;
  headline: NowFact;
  next: NowFact[];  // the next two
  more: number;  // how many there are besides
  numbers: NowNumber[];
  days_known: number;
  days_required: number;  // before a usual range is known
  waiting: NowWaiting;
  hours: NowHour[];  // of today
  hours_source: string;
  running_source: string;
}

export interface NowFact {
  kind: "well" | "store" | "incident" | "spike" | "silence" | "connection" | "deliveries" |
  "late" | "queue";
  text: string;
  detail: string;
  link: string;  // the page with its rows
  people: number;  // how many it keeps waiting, where that is known
  group: string | null;  // of tickets, of which a person decides whether it is an incident
}

export interface NowHour {
  hour: string;
  state: "past" | "running" | "coming";
  count: number | null;
  usual: {
    low: number;
    high: number;
  } | null;
  alarm: number | null;  // an alert begins at this count
  probability: number | null;
  is_spike: boolean;
  is_drop: boolean;
}

export interface NowNumber {
  name: "waiting" | "first_reply" | "opened" | "solved" | "open";
  value: number | null;  // first_reply: the median of today in seconds
  usual: {
    low: number;
    high: number;
  } | null;  // 8 of 10 such days by this time
  today: number[];  // at each hour after midnight, and now
  usual_by_hour: {
    low: number;
    high: number;
  }[];  // 25 points from midnight to midnight
  source: string;
}

export interface NowWaiting {
  total: number;
  late: number;
  late_after_seconds: number | null;  // in office time: remind, or 9 of 10 replies came sooner
  items: ListedTicket[];  // who waits longest first
}

export interface Person {
  name: string;
}

export type PersonPage = Page<Person>;

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: {
    field: string;
    problem: string;
  }[];
}

export interface Queue {
  name: string;
  kind: "embedded" | "sqs";
  depth: number | null;
  in_flight: number | null;
  oldest_seconds: number | null;
  dead: number | null;
}

export interface QueueDepths {
  name: string;
  every_seconds: number;
  until: string;
  depths: (number | null)[];
}

export type QueueDepthsPage = Page<QueueDepths>;

export interface QueueMessage {
  id: number;
  body: string;
  attributes: Record<string, string>;
  sent_at: string;
  receives: number;
  group: string | null;
  visible: boolean;
}

export type QueueMessagePage = Page<QueueMessage>;

export type QueuePage = Page<Queue>;

export interface Session {
  mode: "loopback" | "password" | "token" | "oidc";
  signed_in: boolean;
  name: string | null;
  role: "viewer" | "agent" | "admin" | null;
  csrf: string | null;  // goes into X-CSRF-Token with every change
}

export interface SimilarTicket {
  ticket: Ticket;
  rank: number;  // which share of the words' weight they share, 0 to 1
  why: string[];  // the rarest words in common
  answer: Comment | null;  // the last public comment on a solved one
}

export interface SimilarTickets {
  items: SimilarTicket[];
}

export interface Status {
  version: string;
  started_at: string;
  uptime_seconds: number;
  store: {
    kind: "sqlite" | "postgresql";
    ok: boolean;
    detail: string;
  };
  connectors: Connector[];
  jobs: ({
    name: string;
    schedule: string;
    next_run_at: string | null;
    last_run_at: string | null;
    missed_at: string | null;  // missed while no replica was running
  })[];
  access: {
    mode: "loopback" | "password" | "token" | "oidc";
    name: string | null;
    role: "viewer" | "agent" | "admin";
  };
}

export interface StoredNotice {
  to: string;
  name: string;
  left_out: string | null;  // why it is not sent
  tickets: {
    id: string;
    subject: string;
    closed_on: string;
  }[];
  subject: string;
  text: string;
  html: string;
  run: number;
  run_state: "planned" | "applied" | "replaced" | "tested" | "writing" | "applying";
  period: string;
  made_at: string;
  notice: string | null;
  delivery: string | null;
  state: "pending" | "unsure" | "dead" | "done" | "discarded" | null;
  reason: string | null;
  done_at: string | null;
}

export type StoredNoticePage = Page<StoredNotice>;

export interface StormAnswer {
  id: number;
  author: string;
  body: string;
  at: string;
}

export interface StormEarlier {
  id: number;
  number: string;  // that its desk gives it
  solved_at: string;
}

export interface StormEnd {
  answer?: string;
}

export interface StormHeard {
  answer: number;
  state: "pending" | "heard" | "refused";
}

export interface StormIncident {
  id: number | null;  // of the parent ticket; null while nobody made it one incident
  number: string | null;  // that the desk gives the parent
  group: string;
  title: string;
  state: "seen" | "dismissed" | "open" | "solved" | "dissolved";
  desk: string | null;  // of the parent
  url: string | null;  // of the parent at an outside desk
  why: StormWord[];
  since: string;  // when the first of its tickets was written
  seen_at: string;
  opened_at: string | null;
  first_answer_at: string | null;
  solved_at: string | null;
  joined: number;  // tickets
  replied: number;  // requesters, since the last answer
  requesters: number;
  again: StormEarlier | null;  // the last solved one with the same words
  tickets: StormTicket[];  // the first ten
}

export type StormIncidentPage = Page<StormIncident>;

export interface StormMaybe {
  ticket: number;
  number: string;  // that its desk gives it
  why: string[];  // the incident's words that it has
}

export interface StormMember {
  ticket: number;
  number: string;  // that its desk gives it
  title: string;
  requester: string | null;  // the name, or the address
  source: string;
  priority: "high" | "medium" | "low";
  status: "open" | "pending" | "solved";
  how: "seen" | "matched" | "person" | "desk";
  joined_at: string | null;
  left_at: string | null;
  replied: boolean;  // its requester, since the last answer
  heard: StormHeard[];
}

export interface StormMoment {
  at: string;
  what: string;
  who: string | null;
}

export interface StormTicket {
  ticket: number;
  number: string;  // that its desk gives it
}

export interface StormTickets {
  add?: number[];  // ids
  remove?: number[];  // ids
}

export interface StormWord {
  word: string;
  tickets: number;
  requesters: number;
  usual: number;  // of the earlier tickets
}

export interface TagReport {
  tickets: number;
  baseline_tickets: number;
  by_count: TagShare[];
  by_lift: TagShare[];
  examples: {
    id: string;
    subject: string;
    tags: string[];
  }[];
}

export interface TagShare {
  tag: string;
  count: number;
  baseline: number;
  lift: number;
  g2: number;
  p: number;
}

export interface Tally {
  agents: TallyAgent[];
  before: TallyAgent[];  // the same of the period before; empty without since
  before_since: string | null;
  total: number;
  channels: string[];
  channel_names: ChannelName[];  // of those that Slack has named
  today: TallyBar[];  // updates since midnight, per channel and agent
  today_until: string;
  timezone: string;
}

export interface TallyAgent {
  username: string;
  name: string;
  updates: number;
  opening: number;  // taken over from an older bot; part of updates
  last_at: string | null;
}

export interface TallyBar {
  channel: string;
  username: string;
  name: string;
  updates: number;
}

export interface TallyUpdate {
  channel: string;
  message: string;
  line: number;  // its place among those of the message, from 1
  username: string;
  name: string;
  ticket: string | null;
  at: string;
  text: string | null;  // the line itself, while its message is kept
  url: string | null;  // its message in Slack
}

export type TallyUpdatePage = Page<TallyUpdate>;

export interface Ticket {
  id: number;
  title: string;
  description: string;
  priority: "high" | "medium" | "low";
  status: "open" | "pending" | "solved";
  requester: {
    name: string | null;
    email: string | null;
    id: string | null;
  };
  assignee: string | null;
  tags: string[];
  source: string;
  desk: "embedded" | "zendesk";
  external: {
    id: string;
    url: string;
  } | null;  // the same ticket at an outside desk
  queue: string | null;
  type: "question" | "incident" | "problem" | "task" | null;
  problem_id: number | null;  // the id of the problem that this ticket is an incident of
  url: string;
  opened_at: string;
  first_reply_at: string | null;
  solved_at: string | null;
  updated_at: string;
}

export interface TicketChange {
  status?: "open" | "pending" | "solved";
  priority?: "high" | "medium" | "low";
  assignee?: string | null;
  tags?: string[];
}

export interface TicketEvent {
  at: string;
  kind: "changed" | "delivered" | "sending" | "failed" | "undecided" | "discarded";
  text: string;
  who: string | null;
  delivery: string | null;
}

export interface TicketFigures {
  open: number;
  opened: number;
  solved: number;
  first_reply_seconds: {
    median: number | null;
    p90: number | null;
  };
  cycle_seconds: {
    median: number | null;
    p90: number | null;
  };
}

export interface TicketPage {
  items: ListedTicket[];
  next_cursor: string | null;
  total: number | null;  // of the whole list; null: more than 1,000
  as_of: string;
}

export interface TicketViews {
  unanswered: number;
  mine: number;
  unassigned: number;
  unsolved: number;
  pending: number;
  me: string;  // whose tickets are mine
  queues: string[];
  timezone: string;
  as_of: string;
}

export interface TicketWhole {
  id: number;
  title: string;
  description: string;
  priority: "high" | "medium" | "low";
  status: "open" | "pending" | "solved";
  requester: {
    name: string | null;
    email: string | null;
    id: string | null;
  };
  assignee: string | null;
  tags: string[];
  source: string;
  desk: "embedded" | "zendesk";
  external: {
    id: string;
    url: string;
  } | null;  // the same ticket at an outside desk
  queue: string | null;
  type: "question" | "incident" | "problem" | "task" | null;
  problem_id: number | null;  // the id of the problem that this ticket is an incident of
  url: string;
  opened_at: string;
  first_reply_at: string | null;
  solved_at: string | null;
  updated_at: string;
  waiting_seconds: number | null;  // office time without a first reply; null: it does not wait
  waiting_counts: boolean;  // false: its office is closed, or it does not wait
  comments: Comment[];
  links: Link[];
  deliveries: Delivery[];
  events: TicketEvent[];  // what happened, in words, oldest first
}

export interface Verdict {
  verdict: "real" | "false_alarm" | null;
}

export interface Volume {
  method: "seasonal" | "mean";
  sensitivity: number;
  threshold: number;
  timezone: string;
  is_trial: boolean;
  hours: VolumeHour[];
  alerts: Incident[];  // periods out of line
  incidents: Incident[];  // the same as alerts; its name of 0.1.0, for one release
  thresholds: VolumeThreshold[];  // what feedback has moved, by kind of hour
}

export interface VolumeHour {
  hour: string;
  count: number;
  expected: number;
  low: number;  // counts outside of low to high raise an alert
  high: number;
  usual_low: number;  // 8 of 10 such hours lie between
  usual_high: number;
  alarm: number;  // an alert begins at this count
  probability: number | null;
  is_spike: boolean;
  is_drop: boolean;
  basis: string;  // what it is compared with
}

export interface VolumeThreshold {
  kind: "spike" | "drop";
  day: "weekday" | "weekend" | "holiday";
  from_hour: number;  // of the local day
  to_hour: number;
  real: number;  // alerts in such hours that people marked real
  false_alarms: number;
  sensitivity_factor: number;  // such hours are judged by the sensitivity times this, 1/32 to 4
}

export interface WholeStormIncident {
  id: number | null;  // of the parent ticket; null while nobody made it one incident
  number: string | null;  // that the desk gives the parent
  group: string;
  title: string;
  state: "seen" | "dismissed" | "open" | "solved" | "dissolved";
  desk: string | null;  // of the parent
  url: string | null;  // of the parent at an outside desk
  why: StormWord[];
  since: string;  // when the first of its tickets was written
  seen_at: string;
  opened_at: string | null;
  first_answer_at: string | null;
  solved_at: string | null;
  joined: number;  // tickets
  replied: number;  // requesters, since the last answer
  requesters: number;
  again: StormEarlier | null;  // the last solved one with the same words
  tickets: StormMember[];  // all that ever joined; of a group: all that it has
  answers: StormAnswer[];
  maybe: StormMaybe[];  // new tickets with some of its words, the best match first
  timeline: StormMoment[];
}

/** What an event of the live stream carries, by its topic. */
export interface LiveEvents {
  ticket: LiveTicket;
  delivery: Delivery;
  queue: Queue;
  incident: StormIncident;
  tally: TallyBar;
  volume: LiveVolume;
  status: LiveStatus;
}
