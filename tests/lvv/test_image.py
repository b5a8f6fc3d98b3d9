"""What the image holds and how compose runs it, read from their files: no Docker engine is asked."""

import re

import pytest
import yaml

from lvv.common.env import BASE_DIR
from tests.lvv.image import admitted_files, is_admitted
from tests.lvv.test_project import tracked

FOLDERS = ("", "casework/", "casework/register/", "lvv/settings/", "static/", "locale/nl/")
SECRET = (
    ".env",
    ".env.production",
    "secret.key",
    "tls.pem",
    "keys.json",
    "database.json",
    "credentials.json",
    "audit-heads.jsonl",
    "lvv.dump",
    "lvv.sql",
    "lvv.sql.gz",
    "list.xlsx",
    "list.csv",
    "secrets/postgres_password",
    "deploy/secrets/database_admin_url",
    "var/app/credentials.json",
    "var/mail/20261121.log",
    ".git/config",
    ".venv/bin/python",
)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_secret_enters_the_image(folder):
    assert [name for name in SECRET if is_admitted(folder + name)] == []


@pytest.mark.parametrize(
    "name", ["README.md", "tests/run.py", "bench/seed.py", "deploy/Caddyfile", "new_folder/a.py"]
)
def test_what_is_not_named_stays_out(name):
    assert not is_admitted(name)


def test_planted_secrets_stay_out_of_a_whole_tree(tmp_path):
    for name in ("manage.py", "lvv/start.py", "casework/sql/x.sql", *SECRET):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert admitted_files(tmp_path) == ["casework/sql/x.sql", "lvv/start.py", "manage.py"]


def test_all_that_runs_enters_the_image():
    """tests/lvv/test_installation.py runs from these files alone; here none is forgotten that only
    one page needs."""
    parts = ("casework/", "governance/", "lvv/", "partners/", "locale/", "templates/", "static/")
    parts += ("manage.py", "requirements.txt", "LICENSE")
    listed = [name for name in tracked() if name.startswith(parts)]
    assert len(listed) > 300
    assert {name for name in listed if not is_admitted(name)} <= {"static/vendor/MANIFEST.json"}


COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
EXACT = r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)*"


def test_images_have_exact_versions():
    dockerfile = (BASE_DIR / "Dockerfile").read_text(encoding="utf-8")
    found = re.findall(r"^FROM (\S+)", dockerfile, re.M)
    found += [service["image"] for service in SERVICES.values() if "build" not in service]
    assert len(found) == 3
    assert [image for image in found if not re.fullmatch(EXACT, image)] == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_may_do_little(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit"} <= set(service)
    if "build" in service:
        assert "cap_add" not in service


def test_only_the_proxy_faces_outside_and_it_does_not_reach_the_database():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    networks = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert not networks["proxy"] & networks["db"]
    leads_out = {name for name, network in COMPOSE["networks"].items() if not network}
    assert {name for name, its in networks.items() if its & leads_out} == {"proxy", "work"}
    for name in ("prepare", "web", "work"):
        assert networks[name] & networks["db"]


def test_each_process_gets_its_own_credentials_and_no_other():
    def mounted(name):
        return {volume.split(":")[1] for volume in SERVICES[name]["volumes"]}

    assert mounted("web") == {"/data/app"}
    assert mounted("work") == {"/data", "/data/jobs"}
    assert mounted("prepare") == {"/data", "/data/app", "/data/jobs", "/data/owner"}
    assert {name: service.get("secrets", []) for name, service in SERVICES.items()} == {
        "db": ["postgres_password"],
        "prepare": ["database_admin_url"],
        "web": [],
        "work": [],
        "proxy": [],
    }
    given = {name: set(SERVICES[name].get("environment", ())) for name in SERVICES}
    assert {f"LVV_MAIL_{word}" for word in ("HOST", "USER", "PASSWORD", "FROM")} <= given["work"]
    assert not [name for name in given["web"] if "MAIL" in name or "DATABASE" in name]


def test_nothing_waits_for_what_waits_for_it():
    """The health of the web asks for the work, so the proxy waits for the web to start only."""
    waits = {
        name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    prepared = {"prepare": "service_completed_successfully"}
    assert waits == {
        "db": {},
        "prepare": {"db": "service_healthy"},
        "web": prepared,
        "work": prepared,
        "proxy": {"web": "service_started"},
    }
    assert "-h 127.0.0.1" in " ".join(SERVICES["db"]["healthcheck"]["test"])
