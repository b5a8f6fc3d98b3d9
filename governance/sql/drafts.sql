-- One's own, whoever one is: drafts and sent forms.

CREATE POLICY draft_own ON governance_draft FOR ALL TO lvv_app USING (owner_id = access_user());

GRANT SELECT, INSERT, UPDATE, DELETE ON governance_draft TO lvv_app;

CREATE POLICY form_token_own ON governance_formtoken FOR ALL TO lvv_app USING (owner_id = access_user());

GRANT SELECT, INSERT, UPDATE, DELETE ON governance_formtoken TO lvv_app;

-- What was typed and not sent is forgotten after fourteen days, also of who never came back.
CREATE FUNCTION drafts_forget() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    DELETE FROM governance_draft WHERE saved_at < now() - interval '14 days';
    DELETE FROM governance_formtoken WHERE used_at < now() - interval '14 days';
END
$$;

GRANT EXECUTE ON FUNCTION drafts_forget TO lvv_jobs;
