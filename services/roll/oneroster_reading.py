"""What the rows of a OneRoster package say about our roster. Pure: rows in, statements and refusals out.

OneRoster enrolls students in classes and not in schools: a student's role in a school stands for the school enrollment.
Its end dates are the first day out, like ours. What it does not say is taken from the import's defaults, once, when a
thing is new; a thing that is here already keeps what the package does not speak of.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.roll.oneroster_package import Line
from services.roll.oneroster_rows import Here, Key, Said, Unreadable, day_of, is_deleted, needed
from shared.schema.oneroster import FileRefusal, ImportDefaults

READ = ("orgs", "academicSessions", "demographics", "users", "roles", "classes", "enrollments")
STUDENT = ("student",)
TEACHER = ("teacher", "professor", "faculty", "lecturer", "instructor")
STAFF = (
    *TEACHER, "administrator", "aide", "counselor", "districtadministrator", "principal", "proctor",
    "siteadministrator", "systemadministrator", "staff", "other",
)  # fmt: skip
GRADES = {"K": "KG", "KG": "KG", "PK": "PK", "PS": "PK", "TK": "TK"} | {str(n): f"{n:02}" for n in range(1, 13)}


@dataclass
class Reading:
    """Collects what a package says, file by file, in the order in which the files need each other."""

    here: Here
    defaults: ImportDefaults
    today: date
    said: dict[str, dict[Key, Said]] = field(default_factory=dict)
    deleted: dict[str, set[Key]] = field(default_factory=dict)
    refused: list[FileRefusal] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    schools: set[str] = field(default_factory=set)
    other_orgs: set[str] = field(default_factory=set)
    sessions: dict[str, tuple[date, date, int]] = field(default_factory=dict)
    births: dict[str, date] = field(default_factory=dict)
    users: dict[str, Line] = field(default_factory=dict)
    students: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)
    other_classes: set[str] = field(default_factory=set)

    def read(self, lines: Callable[[str], Iterable[Line]]) -> None:
        """Read every file. Refused rows are in `refused`; nothing is raised for them."""
        understood = (
            self._org, self._session, self._demographics, self._user, self._role, self._class, self._enrollment
        )  # fmt: skip
        for file, understand in zip(READ, understood, strict=True):
            for line in lines(file):
                try:
                    understand(line, is_deleted(line))
                except Unreadable as why:
                    self.refuse(line, why.column, why.detail)
        for user_id, line in self.users.items():
            self._person(user_id, line)

    def refuse(self, line: Line, column: str, detail: str) -> None:
        self.refused.append(FileRefusal(file=f"{line.file}.csv", row=line.row, column=column, detail=detail))

    def say(self, collection: str, key: Key, said: Said) -> None:
        rows = self.said.setdefault(collection, {})
        if key in rows:
            raise Unreadable("sourcedId", f"it says the same as row {rows[key].line.row}")
        rows[key] = said

    def end(self, collection: str, keys: Iterable[Key]) -> None:
        self.deleted.setdefault(collection, set()).update(keys)

    def _org(self, line: Line, deleted: bool) -> None:
        org_id = needed(line, "sourcedId")
        if line.get("type").lower() != "school":
            self.other_orgs.add(org_id)
            self.ignored["organizations that are not schools"] += 1
        elif deleted:
            self.ignored["schools to be deleted: close them in the calendar"] += 1
        else:
            self.schools.add(org_id)
            new = self.defaults
            if self.here.find("schools", org_id) is None and not (new.jurisdiction and new.time_zone):
                raise Unreadable("sourcedId", "the school is new: say its jurisdiction and time_zone")
            otherwise = {"jurisdiction": new.jurisdiction, "time_zone": new.time_zone, "roll_mode": new.roll_mode}
            said = {"school_id": org_id, "name": needed(line, "name")}
            self.say("schools", (org_id,), Said(line, said, otherwise))

    def _session(self, line: Line, deleted: bool) -> None:
        if deleted:
            return
        begins, ends = day_of(line, "startDate"), day_of(line, "endDate")
        year = line.get("schoolYear")
        if begins is None or ends is None or not year.isdigit():
            raise Unreadable("startDate", "a session needs its startDate, endDate and schoolYear")
        self.sessions[needed(line, "sourcedId")] = begins, ends, int(year)

    def _demographics(self, line: Line, deleted: bool) -> None:
        born = day_of(line, "birthDate")
        if born is not None and not deleted:
            self.births[line.get("userSourcedId") or needed(line, "sourcedId")] = born

    def _user(self, line: Line, deleted: bool) -> None:
        user_id = needed(line, "sourcedId")
        if deleted:
            self._leave(user_id)
            return
        self.users[user_id] = line
        if line.get("role"):
            for org_id in line.items("schoolSourcedId") or [""]:
                self._in_role(line, user_id, org_id)

    def _leave(self, user_id: str) -> None:
        self.end("school_enrollments", self.here.open("school_enrollments", student_id=user_id))
        self.end("section_enrollments", self.here.open("section_enrollments", student_id=user_id))
        self.end("section_teachers", self.here.open("section_teachers", staff_id=user_id))

    def _role(self, line: Line, deleted: bool) -> None:
        user_id, org_id = needed(line, "userSourcedId"), line.get("schoolSourcedId")
        keeps_roll = line.get("role").lower() in STUDENT + STAFF
        if keeps_roll and user_id not in self.users and not self._known(user_id):
            raise Unreadable("userSourcedId", "there is no such user")
        if deleted:
            if line.get("role").lower() in STUDENT:
                ended = self.here.open("school_enrollments", student_id=user_id, school_id=org_id)
                self.end("school_enrollments", ended)
            return
        self._in_role(line, user_id, org_id)

    def _in_role(self, line: Line, user_id: str, org_id: str) -> None:
        role = line.get("role").lower()
        if role in STAFF:
            self.staff.add(user_id)
        elif role not in STUDENT:
            self.ignored[f"roles that keep no roll ({role or 'none'})"] += 1
        elif self._is_school(org_id):
            self.students.add(user_id)
            self._school_enrollment(line, user_id, org_id)
        elif org_id in self.other_orgs:
            self.ignored["students of organizations that are not schools"] += 1
        else:
            raise Unreadable("orgSourcedId", "there is no such school")

    def _school_enrollment(self, line: Line, user_id: str, school_id: str) -> None:
        here = self.here.open("school_enrollments", student_id=user_id, school_id=school_id)
        track_id, (begins, _, _) = self.track(line, school_id, ())
        entry = day_of(line, "beginDate") or (here[-1][2] if here else begins)
        fields: dict[str, Any] = {"school_id": school_id, "student_id": user_id, "entry_date": entry}
        fields["withdrawal_date"] = day_of(line, "endDate")
        graded = line if line.get("grades") else self.users.get(user_id, line)
        first = (graded.items("grades") or [""])[0]
        grade = GRADES.get(first.upper().lstrip("0"))
        if grade is not None:
            fields["grade"] = grade
        elif first or not (here or self.here.find("school_enrollments", school_id, user_id, entry)):
            raise Unreadable("grades", "it is not one of PK, TK, KG, 01 to 12")
        goes_on = self.here.find("school_enrollments", *here[-1]).model_dump() if here else {}
        said = Said(line, fields, {"track_id": track_id} | goes_on)  # of another entry date, it replaces that one
        self.say("school_enrollments", (school_id, user_id, entry), said)

    def _class(self, line: Line, deleted: bool) -> None:
        class_id, school_id = needed(line, "sourcedId"), line.get("schoolSourcedId")
        here = self.here.find("sections", class_id)
        if deleted:
            self.end("sections", self.here.open("sections", section_id=class_id))
            self.end("section_enrollments", self.here.open("section_enrollments", section_id=class_id))
            return
        if school_id in self.other_orgs:
            self.other_classes.add(class_id)
            self.ignored["classes of organizations that are not schools"] += 1
            return
        if not self._is_school(school_id):
            raise Unreadable("schoolSourcedId", "there is no such school")
        track_id, (begins, ends, _) = self.track(line, school_id, line.items("termSourcedIds"))
        fields: dict[str, Any] = {"school_id": school_id, "section_id": class_id, "title": needed(line, "title")}
        if self.sessions or here is None:
            fields |= {"begins_on": begins, "ends_before": None if ends == date.max else ends}
        periods = tuple(line.items("periods"))
        if periods:
            fields["period_ids"] = periods
        elif here is None and self.defaults.period_id is None:
            raise Unreadable("periods", "it names no period: say period_id")
        otherwise = {"track_id": track_id, "period_ids": (self.defaults.period_id,)}
        self.say("sections", (class_id,), Said(line, fields, otherwise))

    def track(self, line: Line, school_id: str, terms: Iterable[str]) -> tuple[str, tuple[date, date, int]]:
        """The track of a school in the year of those terms (none: of the year as it is), and the days of the terms."""
        named = [self.sessions.get(term) for term in terms] if self.sessions else []
        if None in named:
            raise Unreadable("termSourcedIds", "there is no such session")
        whole = self._year({session[2] for session in named if session is not None}) or self._year_here(school_id)
        if whole is None:
            raise Unreadable("termSourcedIds", "nothing says when the year is: say school_year, begins_on, ends_before")
        begins, ends, year = whole
        here = [key for key in self.here.rows.get("tracks", {}) if (key[0], key[2]) == (school_id, year)]
        track_id = here[0][1] if here else self.defaults.track_id
        key = school_id, track_id, year
        if not here and key not in self.said.get("tracks", {}):
            fields = dict(zip(("school_id", "track_id", "school_year"), key, strict=True))
            self.say("tracks", key, Said(line, fields | {"begins_on": begins, "ends_before": ends}))
        spans = [session for session in named if session is not None] or [whole]
        return track_id, (min(span[0] for span in spans), max(span[1] for span in spans), year)

    def _year_here(self, school_id: str) -> tuple[date, date, int] | None:
        """The school's year as it is here, for a package without sessions: the one that `today` is in, or the last."""
        tracks = [row for row in self.here.rows.get("tracks", {}).values() if row.school_id == school_id]
        years = [(row.begins_on, row.ends_before or date.max, row.school_year) for row in tracks]
        now = [year for year in years if year[0] <= self.today < year[1]]
        return max(now or years, default=None)

    def _year(self, years: set[int]) -> tuple[date, date, int] | None:
        """The days of a school year: all its sessions together. Of several years, the one that `today` is in."""
        new = self.defaults
        if self.sessions:
            among = years or {session[2] for session in self.sessions.values()}
            spans = {
                year: (min(s[0] for s in self.sessions.values() if s[2] == year),
                       max(s[1] for s in self.sessions.values() if s[2] == year))
                for year in among
            }  # fmt: skip
            now = [year for year, (begins, ends) in spans.items() if begins <= self.today < ends]
            year = max(now or spans)
            return *spans[year], year
        if new.school_year and new.begins_on and new.ends_before:
            return new.begins_on, new.ends_before, new.school_year
        return None

    def _enrollment(self, line: Line, deleted: bool) -> None:
        class_id, user_id = needed(line, "classSourcedId"), needed(line, "userSourcedId")
        role = line.get("role").lower()
        if role not in STUDENT + TEACHER:
            self.ignored[f"enrollments that keep no roll ({role or 'none'})"] += 1
            return
        collection, who = ("section_enrollments", "student_id") if role in STUDENT else ("section_teachers", "staff_id")
        here = self.here.open(collection, **{"section_id": class_id, who: user_id})
        if deleted:
            self.end(collection, here)
            return
        if class_id in self.other_classes:
            self.ignored["enrollments in classes of organizations that are not schools"] += 1
            return
        section = self.said.get("sections", {}).get((class_id,))
        kept = self.here.find("sections", class_id)
        of = section.fields if section is not None else None if kept is None else kept.model_dump()
        if of is None:
            raise Unreadable("classSourcedId", "there is no such class, or it was refused")
        if user_id not in self.users and not self._known(user_id):
            raise Unreadable("userSourcedId", "there is no such user")
        (self.students if role in STUDENT else self.staff).add(user_id)
        begins = day_of(line, "beginDate") or (here[-1][2] if here else of["begins_on"])
        fields = {"school_id": of["school_id"], "section_id": class_id, who: user_id, "begins_on": begins}
        said = Said(line, fields | {"ends_before": day_of(line, "endDate")})
        self.say(collection, (class_id, user_id, begins), said)

    def _known(self, user_id: str) -> bool:
        return any(self.here.find(people, user_id) is not None for people in ("students", "staff"))

    def _is_school(self, org_id: str) -> bool:
        return org_id in self.schools or self.here.find("schools", org_id) is not None

    def _person(self, user_id: str, line: Line) -> None:
        given, family = line.get("givenName"), line.get("familyName")
        is_student = user_id in self.students or self.here.find("students", user_id) is not None
        is_staff = user_id in self.staff or self.here.find("staff", user_id) is not None
        if is_student:
            said = {"given_name": given, "family_name": family, "birth_date": self.births.get(user_id)}
            fields = {name: value for name, value in said.items() if value}
            self.say("students", (user_id,), Said(line, {"student_id": user_id} | fields))
        if is_staff:
            name = f"{given} {family}".strip() or user_id
            self.say("staff", (user_id,), Said(line, {"staff_id": user_id, "name": name}))
        if not is_student and not is_staff:
            self.ignored["users who are neither students nor staff"] += 1
