-- Documents that people search.

ALTER TABLE units ADD COLUMN kind BIGINT NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN area_code TEXT NOT NULL DEFAULT '';
-- Separated by blanks, here and below.
ALTER TABLE units ADD COLUMN categories TEXT NOT NULL DEFAULT '';
CREATE INDEX units_of_area ON units (area_code);

CREATE TABLE people (
  person_id TEXT NOT NULL PRIMARY KEY,
  -- Keyed hashes: no name and no phone.
  search_terms TEXT NOT NULL,
  categories TEXT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_seq BIGINT NOT NULL
);

-- Tasks, needs, units and people as they are found: by kind, the newest with the highest number.
-- sqlite:
CREATE TABLE documents (
  number INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- Words and marks.
  terms TEXT NOT NULL
);
-- postgres:
CREATE TABLE documents (
  number BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  terms TEXT NOT NULL,
  words TSVECTOR NOT NULL GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED
);

-- The terms are made by records: nothing here knows words. Only which documents have a term is kept, not where in them.
-- sqlite:
CREATE VIRTUAL TABLE document_index USING fts5(
  terms, content = 'documents', content_rowid = 'number', detail = 'none', columnsize = 0,
  tokenize = "ascii tokenchars '_-='"
);
-- sqlite:
CREATE TRIGGER documents_inserted AFTER INSERT ON documents BEGIN
  INSERT INTO document_index (rowid, terms) VALUES (new.number, new.terms); END;
-- sqlite:
CREATE TRIGGER documents_updated AFTER UPDATE ON documents BEGIN
  INSERT INTO document_index (document_index, rowid, terms) VALUES ('delete', old.number, old.terms); INSERT INTO document_index (rowid, terms) VALUES (new.number, new.terms); END;
-- postgres:
CREATE INDEX document_index ON documents USING GIN (words);
