// The shapes of the API as the board calls them. The shapes themselves are the program's:
// contract.ts is printed by it.
import type {
  Delivery, Notice as PlainNotice, StoredNotice, Session, Status as ProgramStatus, StormIncident,
  StormMember, Ticket, TicketWhole, WholeStormIncident,
} from "./contract";

export type {
  AuditEntry, ChannelName, Comment, Connector, Delivery, DeliveryGroup, DeliveryGroups, Incident,
  ListedTicket, NoticePreview, NoticeRun, Now, NowFact, NowHour, NowNumber, Page, Person, Queue,
  QueueDepths, QueueMessage, SimilarTicket, SimilarTickets, Tally, TallyAgent, TallyBar,
  TallyUpdate, Ticket, TicketEvent, TicketPage, TicketViews, Volume, VolumeHour,
} from "./contract";

export type Priority = Ticket["priority"];
export type Status = Ticket["status"];
export type DeliveryState = Delivery["state"];
export type Role = ProgramStatus["access"]["role"];

export type { StormIncident, StormWord } from "./contract";
export type IncidentMember = StormMember;
export type WholeIncident = WholeStormIncident;
export type IncidentState = StormIncident["state"];

export type WholeTicket = TicketWhole;
export type SessionState = Session;
export type SystemStatus = ProgramStatus;
/** A mail of the next run, or of one that was: then with what became of it. */
export type Notice = PlainNotice & Partial<StoredNotice>;
