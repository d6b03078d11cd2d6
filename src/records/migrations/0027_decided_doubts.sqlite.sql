-- Doubts that a person decides, because the target can't tell, are none of the target's any more.
UPDATE delivery SET in_doubt = 0 WHERE state = 1;
