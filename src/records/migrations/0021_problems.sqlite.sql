-- An outage is a problem (0: none, 1: question, 2: incident, 3: problem, 4: task), and each ticket
-- about it names it.
ALTER TABLE ticket ADD COLUMN type INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN problem_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ticket_problem ON ticket (problem_id, id) WHERE problem_id > 0;
