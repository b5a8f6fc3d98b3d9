-- The terms that the law sets: everybody who is signed in reads them, and administrators of the ministry add to them.

CREATE POLICY legal_term_read ON governance_legalterm FOR SELECT TO lvv_app USING (access_user() IS NOT NULL);

CREATE POLICY legal_term_add ON governance_legalterm FOR INSERT TO lvv_app
    WITH CHECK (EXISTS (
        SELECT FROM partners_membership m JOIN partners_organisation o ON o.id = m.organisation_id
        WHERE m.user_id = access_user() AND m.role = 'functional_admin' AND o.kind = 'ministry'
          AND in_force(m.since, m.until)));

-- No right to change or delete a row: what held on a day stays.
GRANT SELECT, INSERT ON governance_legalterm TO lvv_app;

GRANT SELECT, INSERT ON governance_historicallegalterm TO lvv_app;

-- The term for a remedy against what was made known on a day; no row if the table holds none.
CREATE FUNCTION legal_term_on(procedure text, remedy text, day date) RETURNS SETOF governance_legalterm
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
    SELECT t.* FROM governance_legalterm t
    WHERE t.kind = procedure AND t.stage = remedy AND t.in_force_from <= day
    ORDER BY t.in_force_from DESC, t.id DESC LIMIT 1
$$;

GRANT EXECUTE ON FUNCTION legal_term_on TO lvv_app;
