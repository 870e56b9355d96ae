-- Two parts of the index are enough to be merged, when there is time for it.
-- sqlite:
INSERT INTO document_index (document_index, rank) VALUES ('usermerge', 2);
