-- What a delivery is answered goes back to the job that planned it, with its own words for it.
ALTER TABLE delivery ADD COLUMN answer_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN reference TEXT NOT NULL DEFAULT '';
