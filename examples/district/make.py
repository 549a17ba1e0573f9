#!/usr/bin/env python3
"""Makes this example's five schools: a folder each, with rollout.yaml, roster, LMS and letters.

    python3 make.py            writes them
    python3 make.py --check    fails when the committed files differ from what it would write

Python's standard library only; the same files every time. All people are invented.
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
LETTER = HERE.parent / "quickstart/letters/welcome.en"

# folder, name, first and last year, families
SCHOOLS = [
    ("kea", "Kea Street School", 1, 6, 12),
    ("kereru", "Kererū Primary School", 1, 6, 9),
    ("piwakawaka", "Pīwakawaka School", 1, 8, 14),
    ("matuku", "Matuku College", 9, 13, 16),
    ("ruru", "Ruru Area School", 1, 13, 11),
]
FIRST = "Aroha Wiremu Mere Hēmi Grace Jack Priya Arjun Sina Tevita Jing Wei Chloë Björn Ngaire Tama Lucy Oliver".split()
CHILD = "Kahu Isla Nikau Ruby Manaia Leo Asha Rohan Mele Semisi Mei Jun Zoë Lars Huia Rangi Hannah Finn".split()
LAST = "Tamihana Wilson Ngāta O'Brien Nair Leota Chen Müller Pōmare Campbell Fonoti Reid".split()
PLAIN = str.maketrans("āēīōūĀöëü", "aeiouAoeu", "'")

ROLLOUT = """\
# yaml-language-server: $schema=../../../schemas/rollout.schema.json
version: 1
school: {name}
timezone: Pacific/Auckland
roster:
  format: csv
  path: roster/caregivers.csv
  max-age: 3650d                   # an example grows old; a school writes 7d
  columns:
    caregiver-id: CaregiverID
    first-name: CgFirst
    last-name: CgLast
    email: CgEmail
    student-id: StudentID
    student-first-name: StuFirst
    student-last-name: StuLast
    year: Year
    portal-access: Portal
  unknown-access: hold
lms: {{driver: sandbox, path: state/lms.json}}
# The same line in every school: one database, in which each has a state of its own.
state: {{store: postgres, url: {{env: FIRSTBELL_STATE_URL}}}}
sign-in-url: https://portal.{folder}.example.nz
help: {{email: office@{folder}.example.nz, phone: "09 555 01{number:02}"}}
mail:
  from: {name} <office@{folder}.example.nz>
  transport: outbox
  letter: letters/welcome
cohorts:
  - {{name: leavers-year, select: {{years: [{last}]}}}}
  - {{name: everybody-else, select: all, after: [leavers-year]}}
"""


def school(number, folder, name, first, last, families):
    files = {"rollout.yaml": ROLLOUT.format(folder=folder, name=name, number=number, last=last)}
    rows = ["CaregiverID,CgFirst,CgLast,CgEmail,StudentID,StuFirst,StuLast,Year,Portal"]
    accounts = []
    for family in range(families):
        surname = LAST[(family * 5 + number) % len(LAST)]
        for one in range(1 + (family + number) % 2):
            given = FIRST[(family * 7 + number * 3 + one) % len(FIRST)]
            caregiver = f"{folder[:2].upper()}{family * 2 + one + 101}"
            plain = f"{given}.{surname}.{caregiver}".translate(PLAIN).lower()
            # One family in each school has not told its address.
            email = "" if family == 3 and one == 0 else f"{plain}@mail.example.nz"
            for child in range(1 + family % 2):
                year = first + (family * 3 + child * 2) % (last - first + 1)
                row = [caregiver, given, surname, email, f"S{number}{family:02}{child}",
                       CHILD[(family * 2 + child + number) % len(CHILD)], surname, str(year), "no" if family == 5 else "yes"]
                rows.append(",".join(row))
            if (family + one) % 3 != 1:
                accounts.append({"caregiver": caregiver, "username": plain, "first-name": given, "last-name": surname, "email": email})
    files["roster/caregivers.csv"] = "\n".join(rows) + "\n"
    listed = ",\n  ".join(json.dumps(account, ensure_ascii=False) for account in accounts)
    files["state/lms.json"] = f'{{"accounts": [\n  {listed}\n]}}\n'
    for part in ("subject.txt", "body.txt", "body.html"):
        files[f"letters/welcome.en/{part}"] = (LETTER / part).read_text("utf-8")
    return {f"{folder}/{path}": text for path, text in files.items()}


def main():
    made = {}
    for number, (folder, name, first, last, families) in enumerate(SCHOOLS, start=1):
        made |= school(number, folder, name, first, last, families)
    if sys.argv[1:] == ["--check"]:
        differing = [path for path, text in made.items()
                     if not (HERE / path).exists() or (HERE / path).read_text("utf-8") != text]
        sys.exit(f"not what make.py writes: {', '.join(differing)}" if differing else 0)
    for path, text in made.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
