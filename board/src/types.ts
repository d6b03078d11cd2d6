// The shapes of the API (GET /openapi.json).

export type Priority = "high" | "medium" | "low";
export type Status = "open" | "pending" | "solved";
export type DeliveryState = "pending" | "unsure" | "dead" | "done" | "discarded";
export type Role = "viewer" | "agent" | "admin";

export interface Ticket {
  id: number;
  title: string;
  description?: string;
  priority: Priority;
  status: Status;
  requester: { name: string | null; email: string | null; id: string | null };
  assignee: string | null;
  tags: string[];
  source: string;
  desk: string;
  external: { id: string; url: string } | null;
  queue: string | null;
  url: string;
  opened_at: string;
  first_reply_at: string | null;
  solved_at: string | null;
  updated_at: string;
}

interface Comment {
  id: number;
  author: { name: string | null; email: string | null };
  body: string;
  public: boolean;
  at: string;
  source: string;
}

export interface Delivery {
  id: string;
  ticket: number | null;
  lane: string;
  target: string;
  operation: string;
  state: DeliveryState;
  attempts: number;
  reason: string | null;
  event: string;
  created_at: string;
  next_attempt_at: string | null;
  done_at: string | null;
}

export interface WholeTicket extends Ticket {
  comments: Comment[];
  links: { chat: string; channel: string; thread: string; url: string | null }[];
  deliveries: Delivery[];
}

export interface Queue {
  name: string;
  kind: string;
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

export interface QueueMessage {
  id: number;
  body: string;
  attributes: Record<string, string>;
  sent_at: string;
  receives: number;
  group: string | null;
  visible: boolean;
}

export interface Figures {
  open: number;
  opened: number;
  solved: number;
  first_reply_seconds: { median: number | null; p90: number | null };
  cycle_seconds: { median: number | null; p90: number | null };
}

export interface TallyAgent {
  username: string;
  name: string;
  updates: number;
  opening: number;
  last_at: string | null;
}

export interface TallyBar {
  channel: string;
  username: string;
  name: string;
  updates: number;
}

export interface Tally {
  agents: TallyAgent[];
  total: number;
  channels: string[];
  today: TallyBar[];
  today_until: string;
  timezone: string;
}

export interface TallyUpdate {
  channel: string;
  message: string;
  line: number;
  username: string;
  name: string;
  ticket: string | null;
  at: string;
}

export interface SessionState {
  mode: "loopback" | "password" | "token" | "oidc";
  signed_in: boolean;
  name: string | null;
  role: Role | null;
  csrf: string | null;
}

export interface AuditEntry {
  id: number;
  at: string;
  who: string;
  what: string;
  subject: string;
}

export interface Connector {
  name: string;
  ok: boolean;
  detail: string;
  last_success_at: string | null;
}

export interface SystemStatus {
  version: string;
  started_at: string;
  uptime_seconds: number;
  store: { kind: string; ok: boolean; detail: string };
  connectors: Connector[];
  jobs: { name: string; schedule: string; next_run_at: string | null;
    last_run_at: string | null; missed_at: string | null }[];
  access: { mode: string; name: string | null; role: Role };
}

export interface VolumeHour {
  hour: string;
  count: number;
  expected: number;
  low: number;
  high: number;
  probability: number | null;
  is_spike: boolean;
  is_drop: boolean;
  basis: string;
}

interface TagShare {
  tag: string;
  count: number;
  lift: number;
}

export interface Incident {
  id: number | null;
  kind: "spike" | "drop";
  from: string;
  to: string;
  peak: string;
  count: number;
  expected: number;
  probability: number;
  total: number;
  total_expected: number;
  state: "open" | "calm" | "new_level";
  told_at: string | null;
  tags: { by_count: TagShare[]; by_lift: TagShare[];
    examples: { id: string; subject: string }[] } | null;
  feedback: "real" | "false_alarm" | null;
}

export interface Volume {
  method: "seasonal" | "mean";
  sensitivity: number;
  threshold: number;
  timezone: string;
  is_trial: boolean;
  hours: VolumeHour[];
  incidents: Incident[];
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Notice {
  to: string;
  name: string;
  left_out: string | null;
  tickets: { id: string; subject: string; closed_on: string }[];
  subject: string;
  text: string;
  html: string;
  run?: number;
  period?: string;
  notice?: string | null;
  state?: DeliveryState | null;
  reason?: string | null;
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
    rows: number; older: number; closed: number; told_before: number; reopened: number;
    customers: number; tickets: number; left_out: { had: number; suppressed: number };
    bad: number; bad_rows: { row: number; why: string }[]; headings: string;
  };
  deliveries: { pending: number; done: number; unsure: number; dead: number; discarded: number };
}

export interface NoticePreview extends Page<Notice> {
  run: NoticeRun;
  asks: boolean;
}
