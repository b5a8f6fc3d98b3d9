-- Rows of which each act has a column of its own: what was written there stands. Also the functions that write for others
-- fill only what is empty.

CREATE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS
$$
DECLARE
    changed text;
    now_there jsonb := to_jsonb(NEW);
BEGIN
    SELECT was.key INTO changed FROM jsonb_each(to_jsonb(OLD)) was
        WHERE was.value NOT IN ('null', '""', '[]', '{}') AND now_there -> was.key IS DISTINCT FROM was.value LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'what % says stands as it was written: %', TG_TABLE_NAME, changed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER proposal_written_once BEFORE UPDATE ON governance_proposal FOR EACH ROW EXECUTE FUNCTION written_once();

CREATE TRIGGER article_written_once BEFORE UPDATE ON governance_convenantarticle FOR EACH ROW EXECUTE FUNCTION written_once();
