CREATE TABLE postcard (
  addressee TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
