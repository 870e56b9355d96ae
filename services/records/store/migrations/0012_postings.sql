-- The terms of a document that changed are changed by records, which knows the ones that differ.
-- sqlite:
DROP TRIGGER documents_updated;
