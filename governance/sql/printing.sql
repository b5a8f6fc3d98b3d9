-- Printouts: only who asked for one sees it; the background makes what waits.

CREATE POLICY printout_own ON governance_printout FOR ALL TO lvv_app USING (owner_id = access_user());

GRANT SELECT, INSERT, DELETE ON governance_printout TO lvv_app;

CREATE POLICY printout_sheet_own ON governance_printoutsheet FOR ALL TO lvv_app
    USING (EXISTS (SELECT FROM governance_printout p WHERE p.id = printout_id));

GRANT SELECT, INSERT, DELETE ON governance_printoutsheet TO lvv_app;

CREATE POLICY printout_made ON governance_printout FOR ALL TO lvv_jobs USING (true);

GRANT SELECT ON governance_printout TO lvv_jobs;

GRANT UPDATE (state) ON governance_printout TO lvv_jobs;

CREATE POLICY printout_sheet_waits ON governance_printoutsheet FOR ALL TO lvv_jobs
    USING (EXISTS (SELECT FROM governance_printout p WHERE p.id = printout_id AND p.state = 'waiting'));

GRANT SELECT ON governance_printoutsheet TO lvv_jobs;

GRANT UPDATE (source, content) ON governance_printoutsheet TO lvv_jobs;

-- A file that was made is there for an hour.
CREATE FUNCTION printouts_forget() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$
BEGIN
    DELETE FROM governance_printoutsheet s USING governance_printout p
        WHERE p.id = s.printout_id AND p.asked_at < now() - interval '1 hour';
    DELETE FROM governance_printout WHERE asked_at < now() - interval '1 hour';
END
$$;

GRANT EXECUTE ON FUNCTION printouts_forget TO lvv_jobs;
