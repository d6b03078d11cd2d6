-- How much a thread has carried in the last minute is counted from the index alone.
DROP INDEX bridge_said_thread;
CREATE INDEX bridge_said_thread ON bridge_said (channel, thread, at, state);
