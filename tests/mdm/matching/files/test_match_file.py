"""A file is matched without a database; whatever is in it, there is a result or a sentence."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

ROOT = Path(__file__).resolve().parents[4]
NAMES = ["Anna Keller", "Jonas Peters", "Mira Novak", "Claire Dubois", "Tomasz Zielinski", "Paul Weber", "Eva Maier"]
TOWNS = ["Stuttgart", "Ulm", "Bonn", "Paris", "Warszawa"]


def people(count: int = 60, seed: int = 5) -> list[list[str]]:
    """Every third record repeats the one before with a slip; the last cell names the person."""
    chance = random.Random(seed)
    rows: list[list[str]] = []
    for at in range(count):
        if at % 3 == 2:
            before = rows[-1]
            name = before[1][:3] + before[1][4:]
            rows.append([f"r{at}", name, before[2], before[3], before[4]])
            continue
        name = f"{chance.choice(NAMES)} {chr(97 + at % 26)}{chr(97 + at // 26)}son"
        birth = f"{chance.randint(1940, 2000)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        rows.append([f"r{at}", name, birth, chance.choice(TOWNS), f"p{at}"])
    return rows


def write(path: Path, rows: list[list[str]], heading: tuple[str, ...] = ("id", "full_name", "dob", "city")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *(row[: len(heading)] for row in rows)])
    return path


def run(records: Path, *options: object) -> list[list[str]]:
    """The rows of clusters.csv."""
    out = records.with_suffix(".clusters.csv")
    call_command("match_file", str(records), "--clusters", str(out), *map(str, options))
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_records_of_one_person_end_in_one_cluster_and_every_record_is_there_once(tmp_path: Path) -> None:
    rows = people()

    clusters = run(write(tmp_path / "people.csv", rows))

    assert clusters[0] == ["id", "cluster_id"]
    of = dict(clusters[1:])
    assert sorted(of) == sorted(row[0] for row in rows)
    assert all(of[rows[at][0]] == of[rows[at - 1][0]] for at in range(2, len(rows), 3))
    assert len({row[4] for row in rows}) - 3 <= len(set(of.values())) <= len({row[4] for row in rows})


def test_the_order_of_the_rows_changes_no_byte(tmp_path: Path) -> None:
    rows = people()
    mixed = rows[:]
    random.Random(1).shuffle(mixed)
    files = ("pairs", "clusters", "report")
    for name, those in (("one", rows), ("other", mixed)):
        folder = tmp_path / name
        folder.mkdir()
        records = write(folder / "people.csv", those)
        call_command("match_file", str(records), *(f"--{file}={folder / file}" for file in files))

    for file in ("pairs", "clusters", "people.model.yaml"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes(), file


def test_ids_say_nothing(tmp_path: Path) -> None:
    rows = people()
    renamed = [[f"{hash_of(row[0])}", *row[1:]] for row in rows]

    one = run(write(tmp_path / "one.csv", rows))
    other = run(write(tmp_path / "other.csv", renamed))

    names = {row[0]: new[0] for row, new in zip(rows, renamed, strict=True)}
    assert groups({names[row[0]]: row[1] for row in one[1:]}) == groups(dict(other[1:]))


def hash_of(text: str) -> int:
    return random.Random(text).randrange(10**9)


def groups(of: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(each for each in of if of[each] == number) for number in of.values()}


def test_the_model_that_was_saved_gives_the_same_result(tmp_path: Path) -> None:
    records = write(tmp_path / "people.csv", people())
    first = run(records)

    again = run(records, "--model", tmp_path / "people.model.yaml", "--model-out", tmp_path / "again.yaml")

    assert again == first
    assert (tmp_path / "again.yaml").read_bytes() == (tmp_path / "people.model.yaml").read_bytes()


def test_another_process_is_asked_and_its_answers_are_kept(tmp_path: Path) -> None:
    steward = tmp_path / "steward.py"
    truth = {row[0]: row[4] for row in people()}
    steward.write_text(
        f"truth = {truth!r}\n"
        "import sys\n"
        "for at, line in enumerate(sys.stdin):\n"
        "    if at == 30: break\n"
        "    a, b = line.strip().split(',')\n"
        "    print(int(truth[a] == truth[b]), flush=True)\n"
    )
    labels = tmp_path / "labels.csv"

    run(
        write(tmp_path / "people.csv", people()),
        *("--ask-command", f"{sys.executable} {steward}", "--budget", 40, "--labels-out", labels),
    )

    with labels.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    assert len(told) == 30
    assert all(int(row["same"]) == (truth[row["id_l"]] == truth[row["id_r"]]) for row in told)


def test_each_record_has_one_partner_at_most_between_sources_without_duplicates(tmp_path: Path) -> None:
    rows = [[*row[:4], "web" if at % 3 == 2 else "erp"] for at, row in enumerate(people())]
    records = write(tmp_path / "people.csv", rows, ("id", "full_name", "dob", "city", "system"))
    pairs = tmp_path / "pairs.csv"

    run(records, "--source-column", "system", "--one-to-one", "--pairs", pairs)

    with pairs.open(encoding="utf-8", newline="") as file:
        found = [(row["id_l"], row["id_r"]) for row in csv.DictReader(file)]
    once = [each for pair in found for each in pair]
    assert len(once) == len(set(once))
    assert {frozenset(pair) for pair in found} >= {frozenset((f"r{at}", f"r{at - 1}")) for at in range(2, 60, 3)}


REFUSED = {
    "": "empty",
    "id,name\n": "no records",
    "name,city\nx,y\n": "no column 'id'",
    "id\n1\n2\n": "no column to compare",
    "id,name\n1,x\n1,y\n": "given twice",
    "id,name\n,x\n": "no id",
    "id,name\n1,\n2,\n": "tell records apart",
}


@pytest.mark.parametrize("content", REFUSED)
def test_what_cannot_be_used_is_said_in_a_sentence_and_nothing_is_written(tmp_path: Path, content: str) -> None:
    records = tmp_path / "records.csv"
    records.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match=REFUSED[content]):
        run(records)

    assert [path.name for path in tmp_path.iterdir()] == ["records.csv"]


ODD = {
    "one record": "id,name\n1,Anna Keller\n",
    "all alike": "id,name,city\n" + "".join(f"{at},Anna Keller,Ulm\n" for at in range(400)),
    "mostly empty": "id,name,city,phone\n" + "".join(f"{at},{'Anna' if at % 3 else ''},,\n" for at in range(60)),
    "right to left and wide": "id,name\n1,شركة النور\n2,شركه النور\n3,東京電力\n4,東京電力㈱\n5,💥💥\n6,a\u0007b\n",
    "broad": "id," + ",".join(f"c{at}" for at in range(300)) + "\n" + "".join(
        f"{row}," + ",".join(f"{row * at % 17}" for at in range(300)) + "\n" for row in range(12)
    ),
    "huge cell": f"id,name,note\n1,Anna,{'x' * 5_000_000}\n2,Anna,{'x' * 5_000_000}\n",
    "quotes astray": 'id,name\n1,"Anna ""K"" Keller\n2,Anna\n3,Eva\n',
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_odd_files_have_a_sound_result(tmp_path: Path, kind: str) -> None:
    records = tmp_path / "odd.csv"
    records.write_text(ODD[kind], encoding="utf-8")

    clusters = run(records)

    with records.open(encoding="utf-8", newline="") as file:
        csv.field_size_limit(10_000_000)
        ids = [row[0] for row in list(csv.reader(file))[1:]]
    assert sorted(row[0] for row in clusters[1:]) == sorted(ids)
    assert all(row[1] for row in clusters[1:])


def test_no_server_is_started(tmp_path: Path) -> None:
    records = write(tmp_path / "people.csv", people())
    environment = {"PATH": os.environ["PATH"], "TOUCHSTONE_VAR": str(tmp_path / "var")}

    done = subprocess.run(
        [sys.executable, "manage.py", "match_file", str(records)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "60 records" in done.stdout
    assert not (tmp_path / "var" / "postgres").exists()
