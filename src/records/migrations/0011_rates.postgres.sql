-- Where each rate stands that all processes keep together (ports/rates.h), by the database's clock.
CREATE TABLE rate (
  name TEXT NOT NULL PRIMARY KEY,
  free_at BIGINT NOT NULL,
  promised_at BIGINT NOT NULL
);
