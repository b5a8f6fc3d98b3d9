-- Locks with names, held until the transaction ends, taken in this order: a person, to open a second
-- case of hers; links, to judge who is one with whom; a V-number, to register it; then rows, cases
-- before persons before involvements before records. A batch of a list in which people were passed by
-- holds the lock of links until it ends, a second or two. Only asking elsewhere takes the asker's.

-- `same_as` of the person: the same for all her registrations.
CREATE FUNCTION lock_person(same_as bigint) RETURNS void LANGUAGE sql AS
$$ SELECT pg_advisory_xact_lock(7305002, (same_as % 2147483648)::integer) $$;

CREATE FUNCTION lock_v_number(number text) RETURNS void LANGUAGE sql AS
$$ SELECT pg_advisory_xact_lock(7305003, hashtext(number)) $$;

CREATE FUNCTION lock_links() RETURNS void LANGUAGE sql AS
$$ SELECT pg_advisory_xact_lock(7305004) $$;

CREATE FUNCTION lock_asker(who integer) RETURNS void LANGUAGE sql AS
$$ SELECT pg_advisory_xact_lock(7305005, who) $$;

GRANT EXECUTE ON FUNCTION lock_person, lock_v_number, lock_links TO lvv_app;
